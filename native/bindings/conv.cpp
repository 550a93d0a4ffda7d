// Convolution and its gradients.
#include "runtime/conv.h"

#include <nanobind/stl/array.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"

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
    if (name == "product") return ConvAlgorithm::kProduct;
    throw std::invalid_argument("no such algorithm: " + std::string(name));
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
    }

    void forward(Array x, Array weight, nb::handle bias, Array y) const {
        const float* input = read_image(x);
        const float* weights = read_weight(weight);
        const float* start = nullptr;
        if (!bias.is_none()) start = nb::cast<Array>(bias).read("bias", {problem_.k});
        float* output = y.write("y", {problem_.n, problem_.k, problem_.p, problem_.q});
        const WithoutGil without_gil;
        conv_forward(problem_, algorithm_, input, weights, start, output);
    }

    void input_grad(Array weight, Array g, Array dx) const {
        const float* weights = read_weight(weight);
        const float* upstream = read_gradient(g);
        float* output = dx.write("dx", {problem_.n, problem_.c, problem_.h, problem_.w});
        const WithoutGil without_gil;
        conv_input_grad(problem_, algorithm_, weights, upstream, output);
    }

    // The input gradient with a number added to each channel: the transposed convolution of g.
    void transpose(Array weight, Array g, nb::handle shift, Array dx) const {
        const float* weights = read_weight(weight);
        const float* upstream = read_gradient(g);
        const float* start = nullptr;
        if (!shift.is_none()) start = nb::cast<Array>(shift).read("shift", {problem_.c});
        float* output = dx.write("dx", {problem_.n, problem_.c, problem_.h, problem_.w});
        const WithoutGil without_gil;
        conv_input_grad(problem_, algorithm_, weights, upstream, output, start);
    }

    void weight_grad(Array x, Array g, Array dw) const {
        const float* input = read_image(x);
        const float* upstream = read_gradient(g);
        float* output =
            dw.write("dw", {problem_.k, problem_.group_channels(), problem_.r, problem_.s});
        const WithoutGil without_gil;
        conv_weight_grad(problem_, algorithm_, input, upstream, output);
    }

  private:
    const float* read_image(const Array& x) const {
        return x.read("x", {problem_.n, problem_.c, problem_.h, problem_.w});
    }

    const float* read_weight(const Array& weight) const {
        return weight.read("weight",
                           {problem_.k, problem_.group_channels(), problem_.r, problem_.s});
    }

    const float* read_gradient(const Array& g) const {
        return g.read("g", {problem_.n, problem_.k, problem_.p, problem_.q});
    }

    ConvProblem problem_;
    ConvAlgorithm algorithm_;
};

}  // namespace

void bind_conv(nb::module_& module) {
    nb::class_<Conv>(module, "Conv")
        .def(nb::init<std::array<i64, 4>, std::array<i64, 4>, Pair, Pair, Pair, Pair, i64,
                      const char*>(),
             nb::arg("input"), nb::arg("output"), nb::arg("kernel"), nb::arg("stride"),
             nb::arg("padding"), nb::arg("dilation"), nb::arg("groups"), nb::arg("algorithm"))
        .def("forward", &Conv::forward, nb::arg("x"), nb::arg("weight"), nb::arg("bias").none(),
             nb::arg("y"))
        .def("input_grad", &Conv::input_grad, nb::arg("weight"), nb::arg("g"), nb::arg("dx"))
        .def("transpose", &Conv::transpose, nb::arg("weight"), nb::arg("g"),
             nb::arg("shift").none(), nb::arg("dx"))
        .def("weight_grad", &Conv::weight_grad, nb::arg("x"), nb::arg("g"), nb::arg("dw"));
}

}  // namespace convolens
