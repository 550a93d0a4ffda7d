// Functions of single numbers, with and without numbers of their own, and their gradients.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

using Plain = decltype(KernelTable::silu);
using Curve = decltype(KernelTable::elu);

template <Plain KernelTable::* kernel>
void forward(Array x, Array y, double nanoseconds) {
    check_same(x, y);
    const ElementwiseArgs args{x.read("x"), nullptr, y.write("y"), 1.0f};
    const i64 size = x.size();
    compute([=] { launch(kernels().*kernel, args, size, nanoseconds); });
}

template <Plain KernelTable::* kernel>
void backward(Array x, Array g, Array y, double nanoseconds) {
    check_same(x, y);
    check_same(g, y);
    const ElementwiseArgs args{x.read("x"), g.read("g"), y.write("y"), 1.0f};
    const i64 size = x.size();
    const WithoutGil without_gil;
    launch(kernels().*kernel, args, size, nanoseconds);
}

template <Curve KernelTable::* kernel>
void curve(Array x, Array y, double first, double second, double nanoseconds) {
    check_same(x, y);
    const CurveArgs args{x.read("x"), nullptr, y.write("y"), static_cast<float>(first),
                         static_cast<float>(second)};
    const i64 size = x.size();
    compute([=] { launch(kernels().*kernel, args, size, nanoseconds); });
}

template <Curve KernelTable::* kernel>
void curve_grad(Array x, Array g, Array y, double first, double second, double nanoseconds) {
    check_same(x, y);
    check_same(g, y);
    const CurveArgs args{x.read("x"), g.read("g"), y.write("y"), static_cast<float>(first),
                         static_cast<float>(second)};
    const i64 size = x.size();
    const WithoutGil without_gil;
    launch(kernels().*kernel, args, size, nanoseconds);
}

}  // namespace

void bind_activation(nb::module_& module) {
#define CONVOLENS_FORWARD(name, nanoseconds)                                             \
    module.def(                                                                          \
        #name, [](Array x, Array y) { forward<&KernelTable::name>(x, y, nanoseconds); }, \
        nb::arg("x"), nb::arg("y"));
#define CONVOLENS_BACKWARD(name, nanoseconds)                                                  \
    module.def(                                                                                \
        #name,                                                                                 \
        [](Array x, Array g, Array y) { backward<&KernelTable::name>(x, g, y, nanoseconds); }, \
        nb::arg("x"), nb::arg("g"), nb::arg("y"));
    CONVOLENS_FORWARD(abs, kElement)
    CONVOLENS_FORWARD(log, kExponential)
    CONVOLENS_FORWARD(sqrt, kElement)
    CONVOLENS_FORWARD(erf, kExponential)
    CONVOLENS_FORWARD(gelu, kExponential)
    CONVOLENS_FORWARD(gelu_tanh, kExponential)
    CONVOLENS_FORWARD(silu, kExponential)
    CONVOLENS_FORWARD(hardsigmoid, kElement)
    CONVOLENS_FORWARD(hardswish, kElement)
    CONVOLENS_FORWARD(scaled_tanh, kExponential)
    CONVOLENS_BACKWARD(abs_grad, kElement)
    CONVOLENS_BACKWARD(gelu_grad, kExponential)
    CONVOLENS_BACKWARD(gelu_tanh_grad, kExponential)
    CONVOLENS_BACKWARD(silu_grad, kExponential)
    CONVOLENS_BACKWARD(hardsigmoid_grad, kElement)
    CONVOLENS_BACKWARD(hardswish_grad, kElement)
    CONVOLENS_BACKWARD(scaled_tanh_grad, kElement)
#undef CONVOLENS_FORWARD
#undef CONVOLENS_BACKWARD
#define CONVOLENS_CURVE(name, nanoseconds)                               \
    module.def(                                                          \
        #name,                                                           \
        [](Array x, Array y, double first, double second) {              \
            curve<&KernelTable::name>(x, y, first, second, nanoseconds); \
        },                                                               \
        nb::arg("x"), nb::arg("y"), nb::arg("first"), nb::arg("second"));
#define CONVOLENS_CURVE_GRAD(name, nanoseconds)                                  \
    module.def(                                                                  \
        #name,                                                                   \
        [](Array x, Array g, Array y, double first, double second) {             \
            curve_grad<&KernelTable::name>(x, g, y, first, second, nanoseconds); \
        },                                                                       \
        nb::arg("x"), nb::arg("g"), nb::arg("y"), nb::arg("first"), nb::arg("second"));
    CONVOLENS_CURVE(clamp, kElement)
    CONVOLENS_CURVE(leaky_relu, kElement)
    CONVOLENS_CURVE(elu, kExponential)
    CONVOLENS_CURVE(softplus, kExponential)
    CONVOLENS_CURVE_GRAD(clamp_grad, kElement)
    CONVOLENS_CURVE_GRAD(hardtanh_grad, kElement)
    CONVOLENS_CURVE_GRAD(leaky_relu_grad, kElement)
    CONVOLENS_CURVE_GRAD(elu_grad, kExponential)
    CONVOLENS_CURVE_GRAD(softplus_grad, kExponential)
#undef CONVOLENS_CURVE
#undef CONVOLENS_CURVE_GRAD
}

}  // namespace convolens
