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

// Brings memory into the second cache. It is read, and in order, which processors follow by
// themselves: to ask for so much at once gains less (decision 0022).
CONVOLENS_INLINE void read_in_order(const float* from, i64 floats) {
    const volatile float* line = from;
    for (i64 i = 0; i < floats; i += kLine) static_cast<void>(line[i]);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
