// Streams of numbers woven into one, and one taken apart into streams, in registers.
#pragma once

#include "simd/simd.h"

namespace simd {
namespace {

// a0 b0 a1 b1 ... of the first (Half = 0) or the second halves of two registers.
template <int Half, int... I>
CONVOLENS_INLINE vec zip(vec a, vec b, Indices<I...>) {
    return __builtin_shufflevector(a, b, (I / 2 + Half * kLanes / 2 + I % 2 * kLanes)...);
}

// Every other lane of a, then of b, from lane First on.
template <int First, int... I>
CONVOLENS_INLINE vec every_other(vec a, vec b, Indices<I...>) {
    return __builtin_shufflevector(a, b, (2 * I + First)...);
}

// x[j] holds numbers of stream j. Afterwards the registers hold, one after the other, the first
// numbers of all streams, the second ones, and so on. Streams is a power of two.
template <int Streams>
CONVOLENS_INLINE void interleave(vec (&x)[Streams]) {
    if constexpr (Streams > 1) {
        constexpr typename Count<kLanes>::type lanes{};
        vec even[Streams / 2], odd[Streams / 2];
#pragma GCC unroll 4
        for (int j = 0; j < Streams / 2; ++j) {
            even[j] = x[2 * j];
            odd[j] = x[2 * j + 1];
        }
        interleave(even);
        interleave(odd);
#pragma GCC unroll 4
        for (int j = 0; j < Streams / 2; ++j) {
            x[2 * j] = zip<0>(even[j], odd[j], lanes);
            x[2 * j + 1] = zip<1>(even[j], odd[j], lanes);
        }
    }
}

// The inverse of interleave.
template <int Streams>
CONVOLENS_INLINE void deinterleave(vec (&x)[Streams]) {
    if constexpr (Streams > 1) {
        constexpr typename Count<kLanes>::type lanes{};
        vec even[Streams / 2], odd[Streams / 2];
#pragma GCC unroll 4
        for (int j = 0; j < Streams / 2; ++j) {
            even[j] = every_other<0>(x[2 * j], x[2 * j + 1], lanes);
            odd[j] = every_other<1>(x[2 * j], x[2 * j + 1], lanes);
        }
        deinterleave(even);
        deinterleave(odd);
#pragma GCC unroll 4
        for (int j = 0; j < Streams / 2; ++j) {
            x[2 * j] = even[j];
            x[2 * j + 1] = odd[j];
        }
    }
}

}  // namespace
}  // namespace simd
