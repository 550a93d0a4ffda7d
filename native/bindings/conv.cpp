// Convolution and its gradients.
#include "runtime/conv/conv.h"

#include <nanobind/stl/array.h>
#include <nanobind/stl/tuple.h>

#include <array>
#include <tuple>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/conv/algorithms.h"
#include "runtime/conv/end.h"
#include "runtime/conv/pieces.h"

namespace nb = nanobind;

namespace convolens {
namespace {

using Pair = std::array<i64, 2>;

// What a convolution ends with, and the arrays that it reads for it.
class EndArrays {
  public:
    // Without means and variances `m` nothing is normalised.
    EndArrays(nb::object m, nb::object weight, nb::object bias, double eps, float least, float most)
        : arrays_{m, weight, bias}, least_(least), most_(most) {
        if (m.is_none() || weight.is_none() || bias.is_none()) {
            if (!m.is_none() || !weight.is_none() || !bias.is_none())
                throw std::invalid_argument("an end has moments, weight and bias, or none of them");
            return;
        }
        const Array weights = nb::cast<Array>(weight);
        channels_ = weights.size();
        const float* means = nb::cast<Array>(m).read("m", {2, channels_});
        norm_ = {means, means + channels_, eps, weights.read("weight", {channels_}),
                 nb::cast<Array>(bias).read("bias", {channels_})};
    }

    i64 channels() const { return channels_; }
    ConvEnd of_now() const {
        if (!channels_) return {least_, most_};
        return {channels_, norm_, least_, most_};
    }

  private:
    std::array<nb::object, 3> arrays_;  // so that they live
    i64 channels_ = 0;
    Norm norm_{};
    float least_, most_;
};

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
          algorithm_(algorithm_of(problem_, output[0], algorithm)) {}

    ConvWeights pack(Array weight, bool backward, bool few) const {
        return weights_for(few ? Use::kFew : Use::kOften, weight, backward);
    }

    ConvWeights borrow(Array weight, bool backward) const {
        return weights_for(Use::kOne, weight, backward);
    }

    void forward(Array x, const ConvWeights& weights, nb::handle bias, const EndArrays* end,
                 nb::handle addend, Array y) const {
        const float* input = read_image(x);
        const float* start = read_bias(bias, problem_.k);
        float* output = y.write("y", {problem_.n, problem_.k, problem_.p, problem_.q});
        hold(*this);
        hold(weights);
        if (!end) {
            if (!addend.is_none()) throw std::invalid_argument("an addend needs an end");
            return compute([=, this, &weights] {
                conv_forward(problem_, algorithm_, weights, input, start, nullptr, output);
            });
        }
        if (end->channels() && end->channels() != problem_.k)
            throw std::invalid_argument("the end is that of another number of channels");
        hold(*end);
        const float* added = read_addend(addend);
        compute([=, this, &weights] {
            const ConvEnd numbers = end->of_now();
            const Behind behind = numbers.behind(added, output);
            conv_forward(problem_, algorithm_, weights, input, start, &behind, output);
        });
    }

    void input_grad(const ConvWeights& weights, Array g, nb::handle bias, Array dx) const {
        const float* upstream = read_gradient(g);
        const float* start = read_bias(bias, problem_.c);
        float* output = write_image(dx);
        hold(*this);
        hold(weights);
        compute([=, this, &weights] {
            conv_input_grad(problem_, algorithm_, weights, upstream, start, output);
        });
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
    static const ConvAlgorithm& algorithm_of(const ConvProblem& problem, i64 batch,
                                             const char* name) {
        if (batch != problem.n) throw std::invalid_argument("the batch sizes differ");
        problem.check();
        return algorithm_for(problem, name);
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
        if (!algorithm_.adds)
            throw std::invalid_argument(std::string(algorithm_.name) + " do not add an image");
        return read_gradient(nb::cast<Array>(addend), "addend");
    }

    const float* read_gradient(const Array& g, const char* name = "g") const {
        return g.read(name, {problem_.n, problem_.k, problem_.p, problem_.q});
    }

    ConvProblem problem_;
    const ConvAlgorithm& algorithm_;
};

// Of each transform of tiles: their pixels along an axis and the numbers that are multiplied, the
// taps up to which it is used, and its pieces.
nb::dict transform_pieces() {
    nb::dict all;
    const auto add = [&](const char* name, Transform transform, i64 longest) {
        const TransformSizes sizes = sizes_of(transform);
        const Pieces pieces = pieces_of(transform);
        all[name] = nb::make_tuple(sizes.width, sizes.numbers, longest, pieces.tiles, pieces.share,
                                   pieces.grad_tiles, pieces.grad_numbers);
    };
    add("fourier", Transform::kFourier, sizes_of(Transform::kFourier).taps);
    add("fourier_line", Transform::kFourierLine, kShortLine);
    add("fourier_long_line", Transform::kFourierLongLine,
        sizes_of(Transform::kFourierLongLine).taps);
    add("winograd_line", Transform::kWinogradLine4, sizes_of(Transform::kWinogradLine4).taps);
    return all;
}

}  // namespace

void bind_conv(nb::module_& module) {
    module.def("transform_pieces", &transform_pieces);
    module.def("winograd_pieces",
               [] { return std::tuple(kWinogradShare, kWinogradShareFloats, kFreshTiles); });
    nb::class_<ConvWeights>(module, "ConvWeights");
    nb::class_<EndArrays>(module, "ConvEnd")
        .def(nb::init<nb::object, nb::object, nb::object, double, float, float>(),
             nb::arg("m").none(), nb::arg("weight").none(), nb::arg("bias").none(), nb::arg("eps"),
             nb::arg("least"), nb::arg("most"));
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
