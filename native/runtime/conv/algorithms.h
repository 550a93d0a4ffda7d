// The ways to compute a convolution and its gradients. Each has its conditions: see the candidates
// in src/convolens/backends/kernels/conv.py, and the checks in conv.cpp.
#pragma once

#include "runtime/conv/conv.h"

namespace convolens {

// Register tiles of neighbouring outputs; with `gather`, of their patches laid side by side.
void window_forward(const ConvProblem& problem, bool gather, const float* x, const float* weight,
                    const float* bias, float* y);
void window_input_grad(const ConvProblem& problem, bool gather, const float* weight, const float* g,
                       float* dx);

// One input channel, stride 1: neighbouring outputs fill the registers.
void planes_forward(const ConvProblem& problem, const float* x, const float* weight,
                    const float* bias, float* y);

// All taps fill the registers, and the products are added where the windows lie.
void scatter_input_grad(const ConvProblem& problem, const float* weight, const float* g, float* dx);

// Register tiles of weights, summed over outputs; which of them depends on the algorithm.
void tiled_weight_grad(const ConvProblem& problem, ConvAlgorithm algorithm, const float* x,
                       const float* g, float* dw);

// Each output channel reads one input channel: neighbouring channels fill the registers.
void depthwise_forward(const ConvProblem& problem, const float* x, const float* weight,
                       const float* bias, float* y);
void depthwise_input_grad(const ConvProblem& problem, const float* weight, const float* g,
                          float* dx);
void depthwise_weight_grad(const ConvProblem& problem, const float* x, const float* g, float* dw);

// Winograd's F(tile x tile, 3 x 3), for 3x3 kernels with stride 1.
void winograd_forward(const ConvProblem& problem, i64 tile, const float* x, const float* weight,
                      const float* bias, float* y);
void winograd_input_grad(const ConvProblem& problem, i64 tile, const float* weight, const float* g,
                         float* dx);
void winograd_weight_grad(const ConvProblem& problem, i64 tile, const float* x, const float* g,
                          float* dw);

}  // namespace convolens
