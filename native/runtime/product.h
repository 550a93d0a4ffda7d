// Products over the middle axis of an array.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// y[o][i] = the product over r < length of x[o][r][i]. It is split into chunks that depend on the
// sizes alone; they and the chunks' products are multiplied in double precision.
void product(const float* x, float* y, i64 outer, i64 length, i64 inner);

// dx[o][r][i] = g[o][i] times the product over all other r' of x[o][r'][i], likewise.
void product_grad(const float* x, const float* g, float* dx, i64 outer, i64 length, i64 inner);

}  // namespace convolens
