// Convolution and its gradients.
#include "runtime/conv/conv.h"

#include <nanobind/stl/array.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/conv/end.h"
#include "runtime/isa.h"

namespace nb = nanobind;

namespace convolens {
namespace {

using Pair = std::array<i64, 2>;

ConvAlgorithm algorithm_named(std::string_view name) {
    if (name == "direct") return ConvAlgorithm::kDirect;
    if (name == "gather") return ConvAlgorithm::kGather;
    if (name == "gather_taps") return ConvAlgorithm::kGatherTaps;
    if (name == "planes") return ConvAlgorithm::kPlanes;
    if (name == "scatter") return ConvAlgorithm::kScatter;
    if (name == "depthwise") return ConvAlgorithm::kDepthwise;
    if (name == "groups") return ConvAlgorithm::kGroups;
    if (name == "winograd2") return ConvAlgorithm::kWinograd2;
    if (name == "winograd3") return ConvAlgorithm::kWinograd3;
    if (name == "winograd4") return ConvAlgorithm::kWinograd4;
    if (name == "fourier") return ConvAlgorithm::kFourier;
    if (name == "line_winograd") return ConvAlgorithm::kLineWinograd;
    if (name == "product") return ConvAlgorithm::kProduct;
    throw std::invalid_argument("no such algorithm: " + std::string(name));
}

// Without means and variances `m` nothing is normalised.
void make_end(ConvEnd* end, nb::handle m, nb::handle weight, nb::handle bias, double eps,
              float least, float most) {
    if (m.is_none() || weight.is_none() || bias.is_none()) {
        if (!m.is_none() || !weight.is_none() || !bias.is_none())
            throw std::invalid_argument("an end has moments, weight and bias, or none of them");
        new (end) ConvEnd(least, most);
        return;
    }
    const Array weights = nb::cast<Array>(weight);
    const i64 channels = weights.size();
    const float* means = nb::cast<Array>(m).read("m", {2, channels});
    const float* factors = weights.read("weight", {channels});
    const float* biases = nb::cast<Array>(bias).read("bias", {channels});
    new (end) ConvEnd(channels, means, means + channels, factors, biases, eps, least, most);
}

// The geometry of a convolution, checked once and used for many calls.
class Conv {
  public:
    Conv(std::array<i64, 4> input, std::array<i64, 4> output, Pair kernel, Pair stride,
         Pair padding, Pair dilation, i64 groups, const char* algorithm)
        : problem_{input[0],
                   input[2],
                   input[3],
                   input[1],
                   output[1],
                   kernel[0],
                   kernel[1],
                   output[2],
                   output[3],
                   {stride[0], stride[1]},
                   {padding[0], padding[1]},
                   {dilation[0], dilation[1]},
                   groups},
          algorithm_(algorithm_named(algorithm)) {
        if (output[0] != input[0]) throw std::invalid_argument("the batch sizes differ");
        problem_.check();
        const bool is_product = kernel == Pair{1, 1} && stride == Pair{1, 1} &&
                                padding == Pair{0, 0} && groups == 1 && output[2] == input[2] &&
                                output[3] == input[3];
        if (algorithm_ == ConvAlgorithm::kProduct && !is_product)
            throw std::invalid_argument("this convolution is not one product of matrices");
        if (algorithm_ == ConvAlgorithm::kPlanes && (input[1] != 1 || stride != Pair{1, 1}))
            throw std::invalid_argument("planes need one channel and stride 1");
        check_winograd(kernel, stride, groups);
        check_transforms(kernel, stride, dilation);
        const i64 size = groups ? input[1] / groups : 0;
        const bool in_registers = (size == 2 || size == 4 || size == 8) &&
                                  kernels().lanes % size == 0 && output[1] == input[1];
        if (algorithm_ == ConvAlgorithm::kGroups && !in_registers)
            throw std::invalid_argument("groups must have 2, 4 or 8 channels that fill registers");
        if (algorithm_ == ConvAlgorithm::kDepthwise && input[1] != groups)
            throw std::invalid_argument("depthwise needs as many groups as channels");
    }

    ConvWeights pack(Array weight, bool backward, bool few) const {
        return weights_for(few ? Use::kFew : Use::kOften, weight, backward);
    }

    ConvWeights borrow(Array weight, bool backward) const {
        return weights_for(Use::kOne, weight, backward);
    }

    void forward(Array x, const ConvWeights& weights, nb::handle bias, const ConvEnd* end,
                 nb::handle addend, Array y) const {
        const float* input = read_image(x);
        const float* start = read_bias(bias, problem_.k);
        float* output = y.write("y", {problem_.n, problem_.k, problem_.p, problem_.q});
        if (!end) {
            if (!addend.is_none()) throw std::invalid_argument("an addend needs an end");
            const WithoutGil without_gil;
            return conv_forward(problem_, algorithm_, weights, input, start, nullptr, output);
        }
        if (end->channels() && end->channels() != problem_.k)
            throw std::invalid_argument("the end is that of another number of channels");
        const Behind behind = end->behind(read_addend(addend), output);
        const WithoutGil without_gil;
        conv_forward(problem_, algorithm_, weights, input, start, &behind, output);
    }

    void input_grad(const ConvWeights& weights, Array g, nb::handle bias, Array dx) const {
        const float* upstream = read_gradient(g);
        const float* start = read_bias(bias, problem_.c);
        float* output = write_image(dx);
        const WithoutGil without_gil;
        conv_input_grad(problem_, algorithm_, weights, upstream, start, output);
    }

    void weight_grad(Array x, Array g, Array dw) const {
        const float* input = read_image(x);
        const float* upstream = read_gradient(g);
        float* output = write_weight(dw);
        const WithoutGil without_gil;
        conv_weight_grad(problem_, algorithm_, input, upstream, output);
    }

    void grads(const ConvWeights& weights, Array x, Array g, Array dx, Array dw) const {
        const float* input = read_image(x);
        const float* upstream = read_gradient(g);
        float* input_gradient = write_image(dx);
        float* weight_gradient = write_weight(dw);
        const WithoutGil without_gil;
        conv_grads(problem_, algorithm_, weights, input, upstream, input_gradient, weight_gradient);
    }

  private:
    void check_winograd(Pair kernel, Pair stride, i64 groups) const {
        const i64 taps = kernel[0];
        bool fits = kernel[1] == taps && stride == Pair{1, 1};
        if (algorithm_ == ConvAlgorithm::kWinograd2) {
            fits = fits && (taps == 3 || taps == 5);
        } else if (algorithm_ == ConvAlgorithm::kWinograd3) {
            fits = fits && (taps == 2 || taps == 4);
        } else if (algorithm_ == ConvAlgorithm::kWinograd4) {
            fits = fits && (taps == 2 || taps == 3);
        } else {
            return;
        }
        if (!fits || groups != 1)
            throw std::invalid_argument(
                "Winograd's algorithm needs a square kernel of its size, stride 1 and one group");
    }

    void check_transforms(Pair kernel, Pair stride, Pair dilation) const {
        const i64 longest = std::max(kernel[0], kernel[1]);
        const bool line = std::min(kernel[0], kernel[1]) == 1;
        const bool fits = stride == Pair{1, 1} && (line || dilation == Pair{1, 1});
        const bool few = line && longest >= 2 && longest <= 4;
        if (algorithm_ == ConvAlgorithm::kLineWinograd && !(fits && few))
            throw std::invalid_argument("F(7 - r, r) needs 2 to 4 taps along one axis, stride 1");
        if (algorithm_ == ConvAlgorithm::kFourier &&
            !(fits &&
              longest <= sizes_of(line ? Transform::kFourierLongLine : Transform::kFourier).taps))
            throw std::invalid_argument(
                "Fourier transforms need kernels up to 13x13 or lines of 25, with stride 1 and "
                "dilation 1");
    }

    ConvWeights weights_for(Use use, const Array& weight, bool backward) const {
        const float* weights =
            weight.read("weight", {problem_.k, problem_.group_channels(), problem_.r, problem_.s});
        const WithoutGil without_gil;
        return {problem_, algorithm_, backward ? Pass::kInputGrad : Pass::kForward, use, weights};
    }

    const float* read_image(const Array& x) const {
        return x.read("x", {problem_.n, problem_.c, problem_.h, problem_.w});
    }

    float* write_image(const Array& dx) const {
        return dx.write("dx", {problem_.n, problem_.c, problem_.h, problem_.w});
    }

    float* write_weight(const Array& dw) const {
        return dw.write("dw", {problem_.k, problem_.group_channels(), problem_.r, problem_.s});
    }

    static const float* read_bias(nb::handle bias, i64 size) {
        return bias.is_none() ? nullptr : nb::cast<Array>(bias).read("bias", {size});
    }

    const float* read_addend(nb::handle addend) const {
        if (addend.is_none()) return nullptr;
        if (algorithm_ == ConvAlgorithm::kPlanes)
            throw std::invalid_argument("planes do not add an image");
        return read_gradient(nb::cast<Array>(addend), "addend");
    }

    const float* read_gradient(const Array& g, const char* name = "g") const {
        return g.read(name, {problem_.n, problem_.k, problem_.p, problem_.q});
    }

    ConvProblem problem_;
    ConvAlgorithm algorithm_;
};

}  // namespace

void bind_conv(nb::module_& module) {
    nb::class_<ConvWeights>(module, "ConvWeights");
    nb::class_<ConvEnd>(module, "ConvEnd")
        .def("__init__", &make_end, nb::arg("m").none(), nb::arg("weight").none(),
             nb::arg("bias").none(), nb::arg("eps"), nb::arg("least"), nb::arg("most"));
    nb::class_<Conv>(module, "Conv")
        .def(nb::init<std::array<i64, 4>, std::array<i64, 4>, Pair, Pair, Pair, Pair, i64,
                      const char*>(),
             nb::arg("input"), nb::arg("output"), nb::arg("kernel"), nb::arg("stride"),
             nb::arg("padding"), nb::arg("dilation"), nb::arg("groups"), nb::arg("algorithm"))
        .def("pack", &Conv::pack, nb::arg("weight"), nb::arg("backward"), nb::arg("few") = false)
        .def("borrow", &Conv::borrow, nb::arg("weight"), nb::arg("backward"),
             nb::keep_alive<0, 2>())
        .def("forward", &Conv::forward, nb::arg("x"), nb::arg("weights"), nb::arg("bias").none(),
             nb::arg("end").none(), nb::arg("addend").none(), nb::arg("y"))
        .def("input_grad", &Conv::input_grad, nb::arg("weights"), nb::arg("g"),
             nb::arg("bias").none(), nb::arg("dx"))
        .def("weight_grad", &Conv::weight_grad, nb::arg("x"), nb::arg("g"), nb::arg("dw"))
        .def("grads", &Conv::grads, nb::arg("weights"), nb::arg("x"), nb::arg("g"), nb::arg("dx"),
             nb::arg("dw"));
}

}  // namespace convolens
