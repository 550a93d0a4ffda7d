// Powers, alone and times another number: for power averages and their gradients.
#include "bindings/array.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

void power(Array x, nb::handle b, Array y, double exponent, double factor, bool zero_stays) {
    if (x.size() != y.size()) throw std::invalid_argument("x and y differ in size");
    PowerArgs args{};
    args.x = x.read("x");
    args.y = y.write("y");
    if (!b.is_none()) {
        const Array other = nb::cast<Array>(b);
        if (other.size() != x.size()) throw std::invalid_argument("x and b differ in size");
        args.b = other.read("b");
    }
    args.exponent = exponent;
    args.factor = factor;
    args.zero_stays = zero_stays;
    const i64 size = x.size();
    compute([=] { launch(kernels().power, args, size, kExponential); });
}

}  // namespace

void bind_power(nb::module_& module) {
    module.def("power", &power, nb::arg("x"), nb::arg("b").none(), nb::arg("y"),
               nb::arg("exponent"), nb::arg("factor"), nb::arg("zero_stays"));
}

}  // namespace convolens
