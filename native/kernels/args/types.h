// Whole numbers, under short names.
#pragma once

#include <cstdint>

namespace convolens {

using i64 = std::int64_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

// The floats of a line of memory, which caches read and write in one go.
constexpr i64 kLine = 16;

// Sums of no more products are one chain of additions (kernels/tile.h).
constexpr i64 kShortSum = 64;

}  // namespace convolens
