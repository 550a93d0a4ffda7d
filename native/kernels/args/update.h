// Optimisers.
#pragma once

#include "kernels/args/types.h"

namespace convolens {

// One step of an optimiser on `size` parameters. A unit is an element.
struct UpdateArgs {
    float* parameter;
    const float* gradient;
    float* first;   // momentum, or mean of gradients
    float* second;  // mean of squares
    float* third;   // adam: the largest mean of squares so far; rmsprop: mean of gradients
    // Each number is computed in double precision by the caller: 1 - 0.999 in float is 4e-5 off.
    float lr, shrink, weight_decay, momentum, fresh_share, beta1_rest, beta2, beta2_rest, epsilon;
    float root_correction;
    bool nesterov, fresh, maximize;
};

}  // namespace convolens
