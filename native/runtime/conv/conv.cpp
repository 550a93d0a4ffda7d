#include "runtime/conv/conv.h"

#include <algorithm>
#include <stdexcept>

#include "runtime/conv/algorithms.h"

namespace convolens {
namespace {

const WeightedAlgorithm& weighted(ConvAlgorithm algorithm) {
    switch (algorithm) {
        case ConvAlgorithm::kGather:
            return window_gather;
        case ConvAlgorithm::kScatter:
            return scatter;
        case ConvAlgorithm::kPlanes:
            return planes;
        case ConvAlgorithm::kDepthwise:
            return depthwise;
        case ConvAlgorithm::kGroups:
            return groups;
        case ConvAlgorithm::kWinograd2:
            return winograd2;
        case ConvAlgorithm::kWinograd3:
            return winograd3;
        case ConvAlgorithm::kWinograd4:
            return winograd4;
        case ConvAlgorithm::kFourier:
            return fourier;
        case ConvAlgorithm::kLineWinograd:
            return line_winograd;
        case ConvAlgorithm::kProduct:
            return product;
        case ConvAlgorithm::kDirect:
        case ConvAlgorithm::kGatherTaps:
            break;
    }
    return window_direct;
}

const WeightedAlgorithm& checked(ConvAlgorithm algorithm, Pass pass) {
    const WeightedAlgorithm& found = weighted(algorithm);
    if (pass == Pass::kForward ? !found.forward : !found.input_grad)
        throw std::invalid_argument("this algorithm does not have this pass");
    return found;
}

bool takes_fresh(const WeightedAlgorithm& found, Pass pass) {
    return pass == Pass::kForward ? found.forward_fresh : found.input_grad_fresh;
}

const WeightedAlgorithm& reader_of(ConvAlgorithm algorithm, Pass pass, Use use) {
    const WeightedAlgorithm& found = checked(algorithm, pass);
    return use == Use::kFew && found.few ? *found.few : found;
}

}  // namespace

ConvWeights::ConvWeights(const ConvProblem& problem, ConvAlgorithm algorithm, Pass pass, Use use,
                         const float* weight)
    : problem_(problem),
      algorithm_(algorithm),
      pass_(pass),
      reader_(&reader_of(algorithm, pass, use)),
      fresh_(use == Use::kOne && takes_fresh(*reader_, pass) ? weight : nullptr),
      packed_(fresh_ ? 0 : reader_->floats(problem, pass)) {
    if (!fresh_) reader_->pack(problem, pass, weight, packed_.data());
}

void ConvWeights::check(const ConvProblem& problem, ConvAlgorithm algorithm, Pass pass) const {
    bool same = algorithm == algorithm_ && pass == pass_ && problem.k == problem_.k &&
                problem.r == problem_.r && problem.s == problem_.s && problem.c == problem_.c &&
                problem.groups == problem_.groups;
    // Images smaller than the stride have fewer phases.
    same = same &&
           std::min(problem.stride[0], problem.h) == std::min(problem_.stride[0], problem_.h) &&
           std::min(problem.stride[1], problem.w) == std::min(problem_.stride[1], problem_.w);
    for (int axis = 0; axis < 2; ++axis)
        same = same && problem.stride[axis] == problem_.stride[axis] &&
               problem.padding[axis] == problem_.padding[axis] &&
               problem.dilation[axis] == problem_.dilation[axis];
    if (!same) throw std::invalid_argument("the weights are those of another convolution");
}

void conv_forward(const ConvProblem& problem, ConvAlgorithm algorithm, const ConvWeights& weights,
                  const float* x, const float* bias, const Behind* behind, float* y) {
    weights.check(problem, algorithm, Pass::kForward);
    if (problem.n == 0 || problem.p <= 0 || problem.q <= 0) return;
    const WeightedAlgorithm& reader = weights.reader();
    const auto run = weights.fresh() ? reader.forward_fresh : reader.forward;
    ConvProblem own = problem;
    own.behind = behind;
    run(own, weights.data(), x, bias, y);
}

void conv_input_grad(const ConvProblem& problem, ConvAlgorithm algorithm,
                     const ConvWeights& weights, const float* g, const float* bias, float* dx) {
    weights.check(problem, algorithm, Pass::kInputGrad);
    if (problem.n == 0) return;
    const WeightedAlgorithm& reader = weights.reader();
    const auto run = weights.fresh() ? reader.input_grad_fresh : reader.input_grad;
    run(problem, weights.data(), g, bias, dx);
}

void conv_weight_grad(const ConvProblem& p, ConvAlgorithm algorithm, const float* x, const float* g,
                      float* dw) {
    switch (algorithm) {
        case ConvAlgorithm::kProduct:
            return product_weight_grad(p, x, g, dw);
        case ConvAlgorithm::kDepthwise:
            return depthwise_grad(p, nullptr, x, g, nullptr, dw);
        case ConvAlgorithm::kGroups:
            return group_weight_grad(p, x, g, dw);
        case ConvAlgorithm::kWinograd2:
            return winograd_weight_grad(p, 2, x, g, dw);
        case ConvAlgorithm::kWinograd3:
            return winograd_weight_grad(p, 3, x, g, dw);
        case ConvAlgorithm::kWinograd4:
            return winograd_weight_grad(p, 4, x, g, dw);
        case ConvAlgorithm::kFourier:
            return fourier_weight_grad(p, x, g, dw);
        case ConvAlgorithm::kLineWinograd:
            return line_winograd_weight_grad(p, x, g, dw);
        default:
            return tiled_weight_grad(p, algorithm, x, g, dw);
    }
}

void conv_grads(const ConvProblem& problem, ConvAlgorithm algorithm, const ConvWeights& weights,
                const float* x, const float* g, float* dx, float* dw) {
    if (algorithm == ConvAlgorithm::kDepthwise && problem.group_outputs() == 1) {
        weights.check(problem, algorithm, Pass::kInputGrad);
        return depthwise_grad(problem, weights.data(), x, g, dx, dw);
    }
    conv_input_grad(problem, algorithm, weights, g, nullptr, dx);
    conv_weight_grad(problem, algorithm, x, g, dw);
}

}  // namespace convolens
