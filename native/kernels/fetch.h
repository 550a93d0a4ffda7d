// Asking ahead for pixels that will be read, or written, soon.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Asks for `Columns` pixels from x on of each row. They need not exist.
template <int Rows, int Columns>
CONVOLENS_INLINE void fetch_pixels(const float* x, i64 x_row, i64 x_pixel) {
#pragma GCC unroll 9
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 9
        for (int j = 0; j < Columns; ++j) __builtin_prefetch(x + i * x_row + j * x_pixel, 0, 3);
}

// Asks for so many floats, line by line; returns where they end. They need not exist.
template <i64 Floats>
CONVOLENS_INLINE const float* fetch_lines(const float* from) {
#pragma GCC unroll 16
    for (i64 i = 0; i < Floats; i += kLine) __builtin_prefetch(from + i, 0, 3);
    return from + Floats;
}

// Of `Columns` neighbouring pixels of each row, the share of a register of channels: as much as the
// register is of a pixel, but in the order of memory, which processors follow further by
// themselves (decision 0030). If all registers ask for theirs, each line is asked for once.
template <int Rows, int Columns>
CONVOLENS_INLINE void fetch_share(const float* x, i64 x_row, i64 channel) {
#pragma GCC unroll 9
    for (int i = 0; i < Rows; ++i)
        fetch_lines<i64{simd::kLanes} * Columns>(x + i * x_row + channel * Columns);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
