// The sum over the middle axis of an array.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// y[o][i] = factor * sum over r < reduced of x[o][r][i]. The sum is split into chunks that depend
// on the sizes alone, then the chunks' sums are added in the same way.
void sum(const float* x, float* y, i64 outer, i64 reduced, i64 inner, float factor);

}  // namespace convolens
