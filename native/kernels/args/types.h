// Whole numbers, under short names.
#pragma once

#include <cstdint>

namespace convolens {

using i64 = std::int64_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

// The floats of a line of memory, which caches read and write in one go.
constexpr i64 kLine = 16;

__attribute__((always_inline)) constexpr i64 divide_up(i64 a, i64 b) {
    return (a + b - 1) / b;
}

// An odd number of lines, so that what lies so far apart does not compete for the same few places
// in a cache.
__attribute__((always_inline)) constexpr i64 odd_lines(i64 floats) {
    return (divide_up(floats, kLine) | 1) * kLine;
}

// The floats, in whole lines, that so many offsets take.
__attribute__((always_inline)) constexpr i64 offset_floats(i64 offsets) {
    return divide_up(2 * offsets, kLine) * kLine;
}

// Sums of no more products are one chain of additions (kernels/tile.h).
constexpr i64 kShortSum = 64;

}  // namespace convolens
