// Dropout.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

void dropout(Array x, Array key, Array y, std::uint64_t threshold, double scale) {
    check_same(x, y);
    const i64* words = key.read_int64("key", {2});
    const DropoutArgs args{x.read("x"),
                           y.write("y"),
                           x.size(),
                           static_cast<u64>(words[0]),
                           static_cast<u64>(words[1]),
                           threshold,
                           static_cast<float>(scale)};
    const WithoutGil without_gil;
    launch(kernels().dropout, args, (args.size + 3) / 4, 8 * kElement);
}

}  // namespace

void bind_dropout(nb::module_& module) {
    module.def("dropout", &dropout, nb::arg("x"), nb::arg("key"), nb::arg("y"),
               nb::arg("threshold"), nb::arg("scale"));
}

}  // namespace convolens
