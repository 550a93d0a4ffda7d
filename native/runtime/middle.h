// How the work on an array [outer][length][inner] is cut into units, from its sizes alone.
#pragma once

#include <algorithm>

#include "kernels/kernels.h"

namespace convolens {

constexpr i64 kChunkOfRow = 4096;
constexpr i64 kChunkOfRows = 256;
constexpr i64 kColumnBlock = 4096;

inline MiddleAxis cut_middle(i64 length, i64 inner, i64 chunk, i64 block) {
    return {length, inner, chunk, divide_up(length, chunk), block, divide_up(inner, block)};
}

// Chunks of the middle axis, and blocks of columns.
inline MiddleAxis in_chunks(i64 length, i64 inner) {
    const i64 chunk = inner == 1 ? kChunkOfRow : kChunkOfRows;
    return cut_middle(length, inner, std::min(chunk, std::max<i64>(1, length)), kColumnBlock);
}

// The whole middle axis, and blocks of columns.
inline MiddleAxis in_one_piece(i64 length, i64 inner, i64 block = kColumnBlock) {
    return cut_middle(length, inner, std::max<i64>(1, length), block);
}

inline i64 units(const MiddleAxis& axis, i64 outer) {
    return outer * axis.chunks * axis.blocks;
}

// Of a unit, at most.
inline double elements(const MiddleAxis& axis) {
    return static_cast<double>(axis.chunk) * static_cast<double>(std::min(axis.block, axis.inner));
}

}  // namespace convolens
