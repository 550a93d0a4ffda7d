// Operators that compute each element from the elements at its place.
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "bindings/array.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/past.h"

namespace nb = nanobind;

namespace convolens {
namespace {

using Elementwise = decltype(KernelTable::relu);
using Broadcast = decltype(KernelTable::add_rows);

ElementwiseArgs elementwise_args(const float* a, const float* b, float* y, i64 size) {
    return {a, b, y, 1.0f, goes_past(y, size)};
}

template <Elementwise KernelTable::* kernel>
void unary(Array x, Array y, double nanoseconds) {
    if (x.size() != y.size()) throw std::invalid_argument("x and y differ in size");
    const i64 size = x.size();
    const ElementwiseArgs args = elementwise_args(x.read("x"), nullptr, y.write("y"), size);
    compute([=] { launch(kernels().*kernel, args, size, nanoseconds); });
}

template <Elementwise KernelTable::* kernel>
void binary(Array a, Array b, Array y) {
    check_same(a, y);
    check_same(b, y);
    const i64 size = y.size();
    const ElementwiseArgs args = elementwise_args(a.read("a"), b.read("b"), y.write("y"), size);
    compute([=] { launch(kernels().*kernel, args, size, kElement); });
}

// The axes of y in memory order, with the strides of an input that is repeated along some of them,
// merged where they run on.
struct Axes {
    std::vector<i64> extents, a, b;
};

std::vector<i64> memory_order(int rank) {
    std::vector<i64> order;
    for (int i = 0; i < rank; ++i)
        order.push_back(rank < 3 || i == 0 ? i : i == rank - 1 ? 1 : i + 1);
    return order;
}

// The stride of each axis of y in the dense input `x`, 0 where it is repeated.
std::vector<i64> strides_within(const Array& x, const Array& y, const char* name) {
    const int extra = y.rank() - x.rank();
    if (extra < 0) throw std::invalid_argument(std::string(name) + ": too many dimensions");
    std::vector<i64> strides(static_cast<std::size_t>(y.rank()), 0);
    i64 stride = 1;
    const std::vector<i64> order = memory_order(x.rank());
    for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
        const i64 extent = x.extent(static_cast<int>(*axis));
        const i64 wanted = y.extent(static_cast<int>(*axis) + extra);
        if (extent != 1 && extent != wanted)
            throw std::invalid_argument(std::string(name) + ": does not broadcast");
        if (extent != 1) strides[static_cast<std::size_t>(*axis + extra)] = stride;
        stride *= extent;
    }
    return strides;
}

Axes merge_axes(const Array& a, const Array& b, const Array& y) {
    const std::vector<i64> sa = strides_within(a, y, "a"), sb = strides_within(b, y, "b");
    Axes axes;
    for (const i64 axis : memory_order(y.rank())) {
        const i64 extent = y.extent(static_cast<int>(axis));
        if (extent == 1) continue;
        const i64 a_stride = sa[static_cast<std::size_t>(axis)];
        const i64 b_stride = sb[static_cast<std::size_t>(axis)];
        if (!axes.extents.empty() && axes.a.back() == a_stride * extent &&
            axes.b.back() == b_stride * extent) {
            axes.extents.back() *= extent;
            axes.a.back() = a_stride;
            axes.b.back() = b_stride;
        } else {
            axes.extents.push_back(extent);
            axes.a.push_back(a_stride);
            axes.b.push_back(b_stride);
        }
    }
    if (axes.extents.empty()) axes = {{1}, {0}, {0}};
    return axes;
}

// Neighbours that are computed at once: a long row is shared between threads.
constexpr i64 kPiece = 8192;

template <Broadcast KernelTable::* kernel>
void broadcast(Array a, Array b, Array y) {
    BroadcastArgs args{};
    args.a = a.read("a");
    args.b = b.read("b");
    args.y = y.write("y");
    if (y.size() == 0) return;
    const Axes axes = merge_axes(a, b, y);
    const std::size_t last = axes.extents.size() - 1;
    args.inner = axes.extents[last];
    args.a_step = axes.a[last];
    args.b_step = axes.b[last];
    args.axes = static_cast<int>(last);
    if (args.a_step > 1 || args.b_step > 1 || args.axes > BroadcastArgs::kAxes)
        throw std::invalid_argument("this broadcasting has no kernel");
    i64 rows = 1;
    for (std::size_t i = 0; i < last; ++i) {
        args.extents[i] = axes.extents[i];
        args.a_strides[i] = axes.a[i];
        args.b_strides[i] = axes.b[i];
        rows *= axes.extents[i];
    }
    args.piece = std::min<i64>(args.inner, kPiece);
    args.past = goes_past(args.y, y.size(), args.inner);
    const i64 pieces = divide_up(args.inner, args.piece);
    compute([=] {
        launch(kernels().*kernel, args, rows * pieces, kElement * static_cast<double>(args.piece));
    });
}

void scale(Array x, Array y, double factor) {
    if (x.size() != y.size()) throw std::invalid_argument("x and y differ in size");
    const i64 size = x.size();
    ElementwiseArgs args = elementwise_args(x.read("x"), nullptr, y.write("y"), size);
    args.factor = static_cast<float>(factor);
    compute([=] { launch(kernels().scale, args, size, kElement); });
}

}  // namespace

void bind_elementwise(nb::module_& module) {
#define CONVOLENS_UNARY(name, nanoseconds)                                             \
    module.def(                                                                        \
        #name, [](Array x, Array y) { unary<&KernelTable::name>(x, y, nanoseconds); }, \
        nb::arg("x"), nb::arg("y"));
    CONVOLENS_UNARY(relu, kElement)
    CONVOLENS_UNARY(sigmoid, kExponential)
    CONVOLENS_UNARY(tanh, kExponential)
    CONVOLENS_UNARY(exp, kExponential)
#undef CONVOLENS_UNARY
#define CONVOLENS_BINARY(name) \
    module.def(#name, &binary<&KernelTable::name>, nb::arg("a"), nb::arg("b"), nb::arg("y"));
    CONVOLENS_BINARY(relu_grad)
    CONVOLENS_BINARY(sigmoid_grad)
    CONVOLENS_BINARY(tanh_grad)
    CONVOLENS_BINARY(add)
    CONVOLENS_BINARY(sub)
    CONVOLENS_BINARY(mul)
    CONVOLENS_BINARY(div)
    CONVOLENS_BINARY(maximum)
    CONVOLENS_BINARY(minimum)
#undef CONVOLENS_BINARY
#define CONVOLENS_BROADCAST(name) \
    module.def(#name, &broadcast<&KernelTable::name>, nb::arg("a"), nb::arg("b"), nb::arg("y"));
    CONVOLENS_BROADCAST(add_rows)
    CONVOLENS_BROADCAST(sub_rows)
    CONVOLENS_BROADCAST(mul_rows)
    CONVOLENS_BROADCAST(div_rows)
    CONVOLENS_BROADCAST(maximum_rows)
    CONVOLENS_BROADCAST(minimum_rows)
#undef CONVOLENS_BROADCAST
    module.def("scale", &scale, nb::arg("x"), nb::arg("y"), nb::arg("factor"));
}

}  // namespace convolens
