// Convolution over images in channels-last memory, and its two gradients.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// x [n][h][w][c], weights [k][r][s][c / groups], y [n][p][q][k].
struct ConvProblem {
    i64 n, h, w, c;
    i64 k, r, s;
    i64 p, q;
    i64 stride[2], padding[2], dilation[2];  // padding before each axis
    i64 groups;

    i64 group_channels() const { return c / groups; }
    i64 group_outputs() const { return k / groups; }
    i64 weight_length() const { return r * s * group_channels(); }

    // Throws std::invalid_argument if a number is out of range, or a size would overflow.
    void check() const;
};

enum class ConvAlgorithm {
    kDirect,      // reads the taps where they lie
    kGather,      // copies the patches of a tile of outputs side by side first (im2col, by tiles)
    kGatherTaps,  // the same for a weight gradient with few outputs: taps fill the registers
    kScatter,     // an input gradient as products that are added where the windows lie (col2im)
    kPlanes,      // one input channel, stride 1: neighbouring outputs fill the registers
    kProduct,     // a 1x1 kernel with stride 1 and no padding is one product of matrices
};

void conv_forward(const ConvProblem& problem, ConvAlgorithm algorithm, const float* x,
                  const float* weight, const float* bias, float* y);
// `bias`, one number a channel of dx or null, is added: that is the transposed convolution.
void conv_input_grad(const ConvProblem& problem, ConvAlgorithm algorithm, const float* weight,
                     const float* g, float* dx, const float* bias = nullptr);
void conv_weight_grad(const ConvProblem& problem, ConvAlgorithm algorithm, const float* x,
                      const float* g, float* dw);

}  // namespace convolens
