// The product of two matrices with any strides.
#pragma once

#include <cstddef>
#include <span>

#include "kernels/kernels.h"

namespace convolens {

// Element (i, j) lies at data[i * row + j * column].
struct Matrix {
    const float* data;
    i64 row, column;
};

// c[m][n] = bias[n] + sum over l < length of a(m, l) b(l, n). bias may be null.
void matmul(Matrix a, Matrix b, const float* bias, float* c, i64 m, i64 n, i64 length);

// The sum over l < length of a[l] b[l].
float dot(const float* a, const float* b, i64 length);

// A matrix b[length][n] laid out for the kernel, to be used for many products.
struct PackedMatrix {
    i64 length, n;

    // Whether the product with m rows of numbers side by side, by a matrix whose columns are, has
    // the bits of `matmul` and takes less time.
    static bool serves(i64 m, i64 n, i64 length);

    std::size_t floats() const;
    void pack(Matrix b, float* packed) const;
    // c[m][n] = bias[n] + a[m][length] b, and what follows. bias may be null, and `behind`.
    void multiply(Matrix a, const float* packed, const float* bias, float* c, i64 m,
                  const Behind* behind = nullptr) const;

  private:
    i64 panels() const;
};

// An axis of a batch: how many pairs it has, and how far apart their matrices lie, in floats.
struct BatchAxis {
    i64 extent, a, b;
};

// c = the products of the pairs along the axes of a batch, the first of which are a and b: strides
// of any kind will do, and the results lie one behind the other.
void matmul_batch(Matrix a, Matrix b, float* c, std::span<const BatchAxis> batch, i64 m, i64 n,
                  i64 length);

}  // namespace convolens
