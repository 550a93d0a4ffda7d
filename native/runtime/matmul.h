// The product of two matrices with any strides.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// Element (i, j) lies at data[i * row + j * column]; one of the two strides is 1.
struct Matrix {
    const float* data;
    i64 row, column;
};

// c[m][n] = bias[n] + sum over l < length of a(m, l) b(l, n). bias may be null.
void matmul(Matrix a, Matrix b, const float* bias, float* c, i64 m, i64 n, i64 length);

// c[b] = the product of a and b moved by b strides, for each b < batch; c's matrices lie one behind
// the other.
void matmul_batch(Matrix a, i64 a_stride, Matrix b, i64 b_stride, float* c, i64 batch, i64 m, i64 n,
                  i64 length);

}  // namespace convolens
