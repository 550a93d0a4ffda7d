// Max and average pooling.
#include <nanobind/stl/array.h>

#include <algorithm>
#include <array>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

using Pair = std::array<i64, 2>;

constexpr i64 kLargestExtent = i64{1} << 31;

// The geometry of a pooling, checked once and used for many calls.
class Pool {
  public:
    Pool(std::array<i64, 4> input, Pair output, Pair kernel, Pair stride, Pair before, Pair after,
         Pair dilation, bool include_padding) {
        for (const auto& list : {kernel, stride, dilation})
            for (const i64 value : list) check(value >= 1 && value <= kLargestExtent);
        for (const auto& list : {before, after, output})
            for (const i64 value : list) check(value >= 0 && value <= kLargestExtent);
        for (const i64 value : input) check(value >= 0 && value <= kLargestExtent);
        args_.n = input[0];
        args_.c = input[1];
        args_.h = input[2];
        args_.w = input[3];
        args_.p = output[0];
        args_.q = output[1];
        std::copy(kernel.begin(), kernel.end(), args_.kernel);
        std::copy(stride.begin(), stride.end(), args_.stride);
        std::copy(before.begin(), before.end(), args_.padding);
        std::copy(after.begin(), after.end(), args_.after);
        std::copy(dilation.begin(), dilation.end(), args_.dilation);
        args_.include_padding = include_padding;
        const i64 sizes[2] = {args_.h, args_.w}, outputs[2] = {args_.p, args_.q};
        for (int axis = 0; axis < 2; ++axis)
            // A window may begin in the padding, but not beyond the input.
            check(outputs[axis] == 0 || (outputs[axis] - 1) * stride[axis] - before[axis] <
                                            std::max<i64>(1, sizes[axis]));
        args_.channel_block = 64;
    }

    void max_forward(Array x, Array y) const { forward(kernels().max_pool, x, y); }
    void avg_forward(Array x, Array y) const { forward(kernels().avg_pool, x, y); }

    void max_backward(Array x, Array g, Array dx) const {
        PoolArgs args = args_;
        args.x = x.read("x", {args.n, args.c, args.h, args.w});
        backward(kernels().max_pool_grad, args, g, dx);
    }

    void avg_backward(Array g, Array dx) const { backward(kernels().avg_pool_grad, args_, g, dx); }

  private:
    using Kernel = decltype(KernelTable::max_pool);

    static void check(bool holds) {
        if (!holds) throw std::invalid_argument("a pooling's sizes are out of range");
    }

    // Three whole numbers for each column of the output.
    std::size_t scratch() const { return static_cast<std::size_t>(6 * args_.q); }
    double taps() const { return static_cast<double>(args_.kernel[0] * args_.kernel[1] + 1); }

    void forward(Kernel kernel, Array x, Array y) const {
        PoolArgs args = args_;
        args.x = x.read("x", {args.n, args.c, args.h, args.w});
        args.y = y.write("y", {args.n, args.c, args.p, args.q});
        const WithoutGil without_gil;
        launch(kernel, args, args.n * args.p,
               kElement * taps() * static_cast<double>(args.q * args.c), scratch());
    }

    void backward(Kernel kernel, PoolArgs args, Array g, Array dx) const {
        args.g = g.read("g", {args.n, args.c, args.p, args.q});
        args.y = dx.write("dx", {args.n, args.c, args.h, args.w});
        const i64 blocks = (args.c + args.channel_block - 1) / args.channel_block;
        const WithoutGil without_gil;
        launch(kernel, args, args.n * blocks,
               2 * kElement * taps() *
                   static_cast<double>(args.p * args.q * std::min(args.c, args.channel_block)),
               scratch());
    }

    PoolArgs args_{};
};

}  // namespace

void bind_pool(nb::module_& module) {
    nb::class_<Pool>(module, "Pool")
        .def(nb::init<std::array<i64, 4>, Pair, Pair, Pair, Pair, Pair, Pair, bool>(),
             nb::arg("input"), nb::arg("output"), nb::arg("kernel"), nb::arg("stride"),
             nb::arg("before"), nb::arg("after"), nb::arg("dilation"), nb::arg("include_padding"))
        .def("max_forward", &Pool::max_forward, nb::arg("x"), nb::arg("y"))
        .def("max_backward", &Pool::max_backward, nb::arg("x"), nb::arg("g"), nb::arg("dx"))
        .def("avg_forward", &Pool::avg_forward, nb::arg("x"), nb::arg("y"))
        .def("avg_backward", &Pool::avg_backward, nb::arg("g"), nb::arg("dx"));
}

}  // namespace convolens
