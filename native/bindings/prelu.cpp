// Numbers bent by learned slopes where they are negative, and the gradients.
#include <algorithm>
#include <vector>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/sum.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// A row of slopes is repeated to at least as many elements, so that few channels fill registers.
constexpr i64 kRow = 256;
// Elements whose parts of a slope's gradient are added up at a time.
constexpr i64 kPart = 16384;

std::vector<float> repeated(const float* own, i64 count) {
    const i64 times = divide_up(kRow, count);
    std::vector<float> row;
    row.reserve(static_cast<std::size_t>(count * times));
    for (i64 i = 0; i < times; ++i) row.insert(row.end(), own, own + count);
    return row;
}

// The channels run fastest in memory. Throws if there is another number of slopes.
void check_slopes(const Array& x, i64 slopes) {
    const i64 channels = x.rank() > 1 ? x.extent(1) : 1;
    if (slopes < 1 || (slopes != 1 && slopes != channels))
        throw std::invalid_argument("prelu: the slopes are not as many as the channels");
}

void bend(Array x, nb::handle g, Array slope, Array y) {
    check_same(x, y);
    check_slopes(x, slope.size());
    PreluArgs args{};
    args.x = x.read("x");
    args.y = y.write("y");
    args.size = x.size();
    auto kernel = kernels().prelu;
    if (!g.is_none()) {
        const Array upstream = nb::cast<Array>(g);
        check_same(upstream, y);
        args.g = upstream.read("g");
        kernel = kernels().prelu_input_grad;
    }
    const i64 count = slope.size();
    const float* own = slope.read("slope", {count});
    compute([=] {
        const std::vector<float> row = repeated(own, count);
        PreluArgs all = args;
        all.slope = row.data();
        all.row = static_cast<i64>(row.size());
        launch(kernel, all, divide_up(all.size, all.row), kElement * static_cast<double>(all.row));
    });
}

void prelu_weight_grad(Array x, Array g, Array y) {
    check_same(x, g);
    const i64 slopes = y.size();
    check_slopes(x, slopes);
    PreluArgs args{};
    args.x = x.read("x");
    args.g = g.read("g");
    float* to = y.write("y", {slopes});
    args.size = x.size();
    args.row = divide_up(kRow, slopes) * slopes;
    args.rows = std::max<i64>(1, kPart / args.row);
    const i64 part = args.row * args.rows, parts = divide_up(args.size, part);
    const WithoutGil without_gil;
    const Buffer sums(static_cast<std::size_t>(std::max<i64>(1, parts * args.row)));
    args.y = sums.data();
    launch(kernels().prelu_weight_grad, args, parts, kElement * static_cast<double>(part));
    // Rows of parts, each the slopes repeated: together so many rows of slopes.
    sum(sums.data(), to, 1, parts * args.row / slopes, slopes, 1.0f);
}

}  // namespace

void bind_prelu(nb::module_& module) {
    module.def("prelu", &bend, nb::arg("x"), nb::arg("g").none(), nb::arg("slope"), nb::arg("y"));
    module.def("prelu_weight_grad", &prelu_weight_grad, nb::arg("x"), nb::arg("g"), nb::arg("y"));
}

}  // namespace convolens
