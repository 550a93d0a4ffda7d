// Convolution over images in channels-last memory, and its two gradients.
#pragma once

#include <string_view>

#include "kernels/kernels.h"
#include "runtime/buffer.h"

namespace convolens {

// x [n][h][w][c], weights [k][r][s][c / groups], y [n][p][q][k].
struct ConvProblem {
    i64 n, h, w, c;
    i64 k, r, s;
    i64 p, q;
    i64 stride[2], padding[2], dilation[2];  // padding before each axis
    i64 groups;
    const Behind* behind = nullptr;  // what the forward pass ends with, or null

    i64 group_channels() const { return c / groups; }
    i64 group_outputs() const { return k / groups; }
    i64 weight_length() const { return r * s * group_channels(); }

    // Throws std::invalid_argument if a number is out of range, or a size would overflow.
    void check() const;
};

enum class Pass { kForward, kInputGrad };

// Whether weights are laid out, in a way that pays where a call reads them often or only a few
// times, or used as they are for one call. Where an algorithm cannot, it lays them out as usual.
enum class Use { kOften, kFew, kOne };

struct ConvAlgorithm;

// Throws std::invalid_argument if there is none of that name, or if it cannot compute the problem.
const ConvAlgorithm& algorithm_for(const ConvProblem& problem, std::string_view name);

// Weights for one algorithm and one pass. Those for one call are borrowed.
class ConvWeights {
  public:
    ConvWeights(const ConvProblem& problem, const ConvAlgorithm& algorithm, Pass pass, Use use,
                const float* weight);

    // What computes a pass with them, and from what.
    const ConvAlgorithm& reader() const { return *reader_; }
    bool fresh() const { return fresh_; }
    const float* data() const { return fresh_ ? fresh_ : packed_.data(); }
    // Throws std::invalid_argument if they are for another convolution.
    void check(const ConvProblem& problem, const ConvAlgorithm& algorithm, Pass pass) const;

  private:
    ConvProblem problem_;
    const ConvAlgorithm* algorithm_;
    Pass pass_;
    const ConvAlgorithm* reader_;
    const float* fresh_;  // or null, if they are laid out
    Buffer packed_;
};

// `bias` may be null, and `behind`. In the input gradient it has one number a channel of dx, which
// makes that the transposed convolution of g.
void conv_forward(const ConvProblem& problem, const ConvAlgorithm& algorithm,
                  const ConvWeights& weights, const float* x, const float* bias,
                  const Behind* behind, float* y);
void conv_input_grad(const ConvProblem& problem, const ConvAlgorithm& algorithm,
                     const ConvWeights& weights, const float* g, const float* bias, float* dx);
void conv_weight_grad(const ConvProblem& problem, const ConvAlgorithm& algorithm, const float* x,
                      const float* g, float* dw);
// Both gradients, with the bits of each; where the algorithm can, in one pass over their inputs.
void conv_grads(const ConvProblem& problem, const ConvAlgorithm& algorithm,
                const ConvWeights& weights, const float* x, const float* g, float* dx, float* dw);

}  // namespace convolens
