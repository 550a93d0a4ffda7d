// Sums over the middle axis of an array.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

using SumKernel = void (*)(const SumArgs&, i64, i64, float*);

// y[o][i] = factor * sum over r < reduced of x[o][r][i]. The sum is split into chunks that depend
// on the sizes alone; they and the chunks' sums are added in double precision.
void sum(const float* x, float* y, i64 outer, i64 reduced, i64 inner, double factor);

// The same of what a kernel makes of each x and, where it needs one, the number c[o][i]; or the
// root of it. `nanoseconds` is what one element takes.
void sum_terms(SumKernel kernel, double nanoseconds, const float* x, const float* c, float* y,
               i64 outer, i64 reduced, i64 inner, double factor, bool root);

}  // namespace convolens
