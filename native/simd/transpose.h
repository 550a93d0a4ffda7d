// A square block of kLanes x kLanes floats, transposed in registers.
#pragma once

#include "simd/simd.h"

namespace simd {
namespace {

// Swaps the off-diagonal halves of all blocks of 2 * Half rows and columns.
template <int Half, int Rows, int... I>
CONVOLENS_INLINE void swap_blocks(vec (&rows)[Rows], Indices<I...>) {
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
        if (i % (2 * Half) >= Half) continue;
        const vec a = rows[i], b = rows[i + Half];
        rows[i] = __builtin_shufflevector(a, b, (I % (2 * Half) < Half ? I : I - Half + kLanes)...);
        rows[i + Half] =
            __builtin_shufflevector(a, b, (I % (2 * Half) < Half ? I + Half : I + kLanes)...);
    }
}

CONVOLENS_INLINE void transpose_registers(vec (&rows)[kLanes]) {
    constexpr typename Count<kLanes>::type lanes{};
    if constexpr (kLanes >= 16) swap_blocks<8>(rows, lanes);
    if constexpr (kLanes >= 8) swap_blocks<4>(rows, lanes);
    swap_blocks<2>(rows, lanes);
    swap_blocks<1>(rows, lanes);
}

// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns, both <= kLanes.
// Columns of `to` from `rows` up to `fill` become zero.
CONVOLENS_INLINE void transpose_block(const float* from, i64 from_stride, float* to, i64 to_stride,
                                      i64 rows, i64 columns, i64 fill) {
    vec block[kLanes];
    if (columns == kLanes) {
        for (int i = 0; i < kLanes; ++i) block[i] = i < rows ? load(from + i * from_stride) : vec{};
    } else {
        for (int i = 0; i < kLanes; ++i)
            block[i] = i < rows ? load_first(from + i * from_stride, columns) : vec{};
    }
    transpose_registers(block);
    if (fill == kLanes) {
        for (i64 j = 0; j < columns; ++j) store(to + j * to_stride, block[j]);
    } else {
        for (i64 j = 0; j < columns; ++j) store_first(to + j * to_stride, block[j], fill);
    }
}

}  // namespace
}  // namespace simd
