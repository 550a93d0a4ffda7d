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

}  // namespace convolens
