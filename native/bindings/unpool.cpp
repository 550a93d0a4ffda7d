// Max unpooling.
#include <algorithm>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

constexpr i64 kChannelBlock = 16;

// `few` has the shape of the indices, `many` that of the image.
UnpoolArgs unpool_args(const Array& few, const Array& index, const Array& many) {
    const bool same = few.rank() >= 3 && few.rank() == index.rank() && few.rank() == many.rank() &&
                      std::equal(few.shape().begin(), few.shape().end(), index.shape().begin()) &&
                      few.extent(0) == many.extent(0) && few.extent(1) == many.extent(1);
    if (!same) throw std::invalid_argument("unpool: the arrays do not fit");
    UnpoolArgs args{};
    args.index = index.read_int64("index");
    args.c = few.extent(1);
    const i64 maps = few.extent(0) * args.c;
    if (maps == 0) throw std::invalid_argument("unpool: there are no maps");
    args.places = few.size() / maps;
    args.pixels = many.size() / maps;
    args.block = std::min(args.c, kChannelBlock);
    args.blocks = divide_up(args.c, args.block);
    return args;
}

// Returns whether all indices named pixels.
bool run(decltype(KernelTable::unpool) kernel, UnpoolArgs& args, i64 n) {
    int wrong = 0;
    args.wrong = &wrong;
    const double numbers = static_cast<double>(args.places * args.block);
    const double floats = static_cast<double>(args.pixels * args.block);
    const WithoutGil without_gil;
    launch(kernel, args, n * args.blocks, kElement * (4 * numbers + floats));
    return wrong == 0;
}

bool unpool(Array x, Array index, Array y, bool accumulate) {
    UnpoolArgs args = unpool_args(x, index, y);
    args.x = x.read("x");
    args.y = y.write("y");
    args.accumulate = accumulate;
    return run(kernels().unpool, args, x.extent(0));
}

bool unpool_grad(Array index, Array g, Array dx) {
    UnpoolArgs args = unpool_args(dx, index, g);
    args.x = g.read("g");
    args.y = dx.write("dx");
    return run(kernels().unpool_grad, args, dx.extent(0));
}

}  // namespace

void bind_unpool(nb::module_& module) {
    module.def("unpool", &unpool, nb::arg("x"), nb::arg("index"), nb::arg("y"),
               nb::arg("accumulate"));
    module.def("unpool_grad", &unpool_grad, nb::arg("index"), nb::arg("g"), nb::arg("dx"));
}

}  // namespace convolens
