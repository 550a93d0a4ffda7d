#include "runtime/conv/conv.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "runtime/conv/algorithms.h"

namespace convolens {
namespace {

constexpr const ConvAlgorithm* kAlgorithms[] = {
    &direct, &gather,  &gather_taps, &scatter,   &row_scatter, &planes,  &depthwise,
    &groups, &product, &winograd2,   &winograd3, &winograd4,   &fourier, &line_winograd};

[[noreturn]] void refuse_pass(const ConvAlgorithm& algorithm, const char* pass) {
    throw std::invalid_argument(std::string(algorithm.name) + " does not compute " + pass);
}

bool takes_fresh(const ConvAlgorithm& algorithm, Pass pass) {
    return pass == Pass::kForward ? algorithm.forward_fresh : algorithm.input_grad_fresh;
}

const ConvAlgorithm& reader_of(const ConvAlgorithm& algorithm, Pass pass, Use use) {
    if (pass == Pass::kForward && !algorithm.forward) refuse_pass(algorithm, "the forward pass");
    if (pass == Pass::kInputGrad && !algorithm.input_grad)
        refuse_pass(algorithm, "input gradients");
    return use == Use::kFew && algorithm.few ? *algorithm.few : algorithm;
}

}  // namespace

const ConvAlgorithm& algorithm_for(const ConvProblem& problem, std::string_view name) {
    for (const ConvAlgorithm* algorithm : kAlgorithms) {
        if (algorithm->name != name) continue;
        const char* refusal = algorithm->refusal ? algorithm->refusal(problem) : nullptr;
        if (refusal) throw std::invalid_argument(refusal);
        return *algorithm;
    }
    throw std::invalid_argument("no such algorithm: " + std::string(name));
}

ConvWeights::ConvWeights(const ConvProblem& problem, const ConvAlgorithm& algorithm, Pass pass,
                         Use use, const float* weight)
    : problem_(problem),
      algorithm_(&algorithm),
      pass_(pass),
      reader_(&reader_of(algorithm, pass, use)),
      fresh_(use == Use::kOne && takes_fresh(*reader_, pass) ? weight : nullptr),
      packed_(fresh_ ? 0 : reader_->floats(problem, pass)) {
    if (!fresh_) reader_->pack(problem, pass, weight, packed_.data());
}

void ConvWeights::check(const ConvProblem& problem, const ConvAlgorithm& algorithm,
                        Pass pass) const {
    bool same = &algorithm == algorithm_ && pass == pass_ && problem.k == problem_.k &&
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

void conv_forward(const ConvProblem& problem, const ConvAlgorithm& algorithm,
                  const ConvWeights& weights, const float* x, const float* bias,
                  const Behind* behind, float* y) {
    weights.check(problem, algorithm, Pass::kForward);
    if (problem.n == 0 || problem.p <= 0 || problem.q <= 0) return;
    const ConvAlgorithm& reader = weights.reader();
    const auto run = weights.fresh() ? reader.forward_fresh : reader.forward;
    ConvProblem own = problem;
    own.behind = behind;
    run(own, weights.data(), x, bias, y);
}

void conv_input_grad(const ConvProblem& problem, const ConvAlgorithm& algorithm,
                     const ConvWeights& weights, const float* g, const float* bias, float* dx) {
    weights.check(problem, algorithm, Pass::kInputGrad);
    if (problem.n == 0) return;
    const ConvAlgorithm& reader = weights.reader();
    const auto run = weights.fresh() ? reader.input_grad_fresh : reader.input_grad;
    run(problem, weights.data(), g, bias, dx);
}

void conv_weight_grad(const ConvProblem& problem, const ConvAlgorithm& algorithm, const float* x,
                      const float* g, float* dw) {
    if (!algorithm.weight_grad) refuse_pass(algorithm, "weight gradients");
    algorithm.weight_grad(problem, x, g, dw);
}

void conv_grads(const ConvProblem& problem, const ConvAlgorithm& algorithm,
                const ConvWeights& weights, const float* x, const float* g, float* dx, float* dw) {
    if (algorithm.grads && problem.n > 0) {
        weights.check(problem, algorithm, Pass::kInputGrad);
        return algorithm.grads(problem, weights.data(), x, g, dx, dw);
    }
    conv_input_grad(problem, algorithm, weights, g, nullptr, dx);
    conv_weight_grad(problem, algorithm, x, g, dw);
}

}  // namespace convolens
