// What follows a convolution.
#pragma once

#include "kernels/args/types.h"

namespace convolens {

// What is done to the finished sums of a forward pass before they are stored, in this order: they
// are normalised, another image is added, and what is too small or too large is cut off.
struct Behind {
    const float* centre;  // of each output channel: (sum - centre) scale + shift; or all three null
    const float* scale;
    const float* shift;
    const float* addend;  // the other image, whose first number is added to that at y; or null
    const float* y;
    float least, most;  // what smaller and larger numbers become
};

inline bool reads_addend(const Behind* behind) {
    return behind && behind->addend;
}

}  // namespace convolens
