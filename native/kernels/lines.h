// Lines of memory that were collected in the first cache, and are written past the caches in one
// go.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The lines of a tile of pixels, of which `rows` x `columns` exist at `to`.
template <int Rows, int Columns>
CONVOLENS_INLINE void write_lines(const float (&lines)[Rows][Columns][kLine], float* to, i64 row,
                                  i64 pixel, i64 rows, i64 columns) {
    for (i64 i = 0; i < rows; ++i)
        for (i64 j = 0; j < columns; ++j)
#pragma GCC unroll 4
            for (int c = 0; c < kLine; c += simd::kLanes)
                simd::store_past(to + i * row + j * pixel + c, simd::load(lines[i][j] + c));
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
