// The sum of a few registers by pairs, pairs of pairs, and so on: few additions wait for each
// other, few roundings meet in one sum, and equal numbers that are as many as a power of two lose
// nothing.
#pragma once

#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The sum of Count registers, the i-th of which is at(i), from at(first) on.
template <int Count, class At>
CONVOLENS_INLINE simd::vec sum_in_pairs(At at, int first = 0) {
    constexpr int kHalf = Count / 2;
    if constexpr (Count == 1) {
        return at(first);
    } else {
        return sum_in_pairs<kHalf>(at, first) + sum_in_pairs<Count - kHalf>(at, first + kHalf);
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
