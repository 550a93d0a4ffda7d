// The ways to compute a convolution and its gradients: one row each, with its conditions.
//
// The candidates in src/convolens/backends/kernels/conv.py have the same names, and add what each
// costs.
#pragma once

#include <cstddef>

#include "runtime/conv/conv.h"

namespace convolens {

// A null function is a pass that an algorithm does not have. Weights are laid out first; those that
// are fresh are taken as they are, and `few` is another way to lay them out, for calls that read
// them but a few times. All give the same bits.
struct ConvAlgorithm {
    using Forward = void (*)(const ConvProblem& problem, const float* weights, const float* x,
                             const float* bias, float* y);
    using InputGrad = void (*)(const ConvProblem& problem, const float* weights, const float* g,
                               const float* bias, float* dx);

    const char* name = nullptr;
    // What stands against computing a convolution, or null.
    const char* (*refusal)(const ConvProblem& problem) = nullptr;
    std::size_t (*floats)(const ConvProblem& problem, Pass pass) = nullptr;
    void (*pack)(const ConvProblem& problem, Pass pass, const float* weight,
                 float* packed) = nullptr;
    Forward forward = nullptr, forward_fresh = nullptr;
    InputGrad input_grad = nullptr, input_grad_fresh = nullptr;
    void (*weight_grad)(const ConvProblem& problem, const float* x, const float* g,
                        float* dw) = nullptr;
    // Both gradients in one pass over their inputs, where there is such a way.
    void (*grads)(const ConvProblem& problem, const float* weights, const float* x, const float* g,
                  float* dx, float* dw) = nullptr;
    const ConvAlgorithm* few = nullptr;
    bool adds = true;  // the forward pass can add an image to its outputs
};

// Reads the taps where they lie.
extern const ConvAlgorithm direct;
// Copies the patches of a tile of outputs side by side first (im2col, by tiles).
extern const ConvAlgorithm gather;
// The same for a weight gradient: taps fill the registers.
extern const ConvAlgorithm gather_taps;
// An input gradient as products that are added where the windows lie (col2im).
extern const ConvAlgorithm scatter;
// The same where the products of a kernel's row are summed over its rows first.
extern const ConvAlgorithm row_scatter;
// One input channel, stride 1: neighbouring outputs fill the registers.
extern const ConvAlgorithm planes;
// Each output channel reads one input channel: channels fill the registers.
extern const ConvAlgorithm depthwise;
// Groups of a few channels with as many outputs: whole ones fill the registers.
extern const ConvAlgorithm groups;
// Winograd's F(2x2, 3x3) and F(2x2, 5x5).
extern const ConvAlgorithm winograd2;
// Winograd's F(3x3, 2x2) and F(3x3, 4x4).
extern const ConvAlgorithm winograd3;
// Winograd's F(4x4, 2x2) and F(4x4, 3x3).
extern const ConvAlgorithm winograd4;
// Large kernels, by Fourier transforms of tiles.
extern const ConvAlgorithm fourier;
// Winograd's F(7 - r, r) along one axis.
extern const ConvAlgorithm line_winograd;
// A 1x1 kernel with stride 1 and no padding is one product of matrices.
extern const ConvAlgorithm product;

// Weight gradients by register tiles of weights, summed over outputs: see weight_grad.cpp.
void direct_weight_grad(const ConvProblem& problem, const float* x, const float* g, float* dw);
void gather_weight_grad(const ConvProblem& problem, const float* x, const float* g, float* dw);
void planes_weight_grad(const ConvProblem& problem, const float* x, const float* g, float* dw);

}  // namespace convolens
