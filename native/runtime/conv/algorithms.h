// The ways to compute a convolution and its gradients. Each has its conditions: see the candidates
// in src/convolens/backends/kernels/conv.py, and the checks of the binding.
#pragma once

#include <cstddef>

#include "runtime/conv/conv.h"

namespace convolens {

// An algorithm that lays the weights out first. A null function is a pass that it does not have.
// Those that are fresh take weights as they are, and `few` is another way to lay them out, for
// calls that read them but a few times; both give the same bits.
struct WeightedAlgorithm {
    std::size_t (*floats)(const ConvProblem& problem, Pass pass);
    void (*pack)(const ConvProblem& problem, Pass pass, const float* weight, float* packed);
    void (*forward)(const ConvProblem& problem, const float* packed, const float* x,
                    const float* bias, float* y);
    void (*input_grad)(const ConvProblem& problem, const float* packed, const float* g,
                       const float* bias, float* dx);
    void (*forward_fresh)(const ConvProblem& problem, const float* weight, const float* x,
                          const float* bias, float* y) = nullptr;
    void (*input_grad_fresh)(const ConvProblem& problem, const float* weight, const float* g,
                             const float* bias, float* dx) = nullptr;
    const WeightedAlgorithm* few = nullptr;
};

extern const WeightedAlgorithm window_direct;
extern const WeightedAlgorithm window_gather;
extern const WeightedAlgorithm planes;
extern const WeightedAlgorithm scatter;
extern const WeightedAlgorithm depthwise;
extern const WeightedAlgorithm groups;
extern const WeightedAlgorithm winograd2;
extern const WeightedAlgorithm winograd3;
extern const WeightedAlgorithm winograd4;
extern const WeightedAlgorithm fourier;
extern const WeightedAlgorithm line_winograd;
extern const WeightedAlgorithm product;

// Register tiles of weights, summed over outputs; which of them depends on the algorithm.
void tiled_weight_grad(const ConvProblem& problem, ConvAlgorithm algorithm, const float* x,
                       const float* g, float* dw);
void product_weight_grad(const ConvProblem& problem, const float* x, const float* g, float* dw);
// With weights that are laid out, and one output a channel, the input gradient besides: dx, or
// null.
void depthwise_grad(const ConvProblem& problem, const float* packed, const float* x, const float* g,
                    float* dx, float* dw);
void group_weight_grad(const ConvProblem& problem, const float* x, const float* g, float* dw);
void winograd_weight_grad(const ConvProblem& problem, i64 tile, const float* x, const float* g,
                          float* dw);
void fourier_weight_grad(const ConvProblem& problem, const float* x, const float* g, float* dw);
void line_winograd_weight_grad(const ConvProblem& problem, const float* x, const float* g,
                               float* dw);

}  // namespace convolens
