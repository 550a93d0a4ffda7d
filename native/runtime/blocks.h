// Pixels that become blocks of pixels side by side.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// A row of `columns` pixels of `length` numbers becomes slices x taps rows: of each pixel, row
// (s, t) has the product with matrix (s, t), [length][n]. `lines` rows make a slice of an image:
// what becomes of row l of slice o is row t of the block l of slice o slices + s.
struct BlockSizes {
    i64 rows, columns, length;
    i64 lines, slices, taps, n;

    // Panels of a matrix's columns. Laid out for the kernel a matrix is [panels][length][panel].
    i64 panels() const;
    // Lays out weight[length][slices][taps][n].
    void pack(const float* weight, float* packed) const;
    // bias, which may be null, has n numbers.
    void multiply(const float* x, const float* packed, const float* bias, float* y) const;
};

}  // namespace convolens
