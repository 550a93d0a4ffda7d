// The product of two matrices that are long where they are summed.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// c[m][n] = the sum over l < length of a[l][m] b[l][n]. Rows of a are a_row apart, those of b
// b_row.
void long_product(const float* a, i64 a_row, const float* b, i64 b_row, float* c, i64 m, i64 n,
                  i64 length);

}  // namespace convolens
