// Streams of numbers woven into one, and one taken apart into streams, in registers.
#pragma once

#include "simd/simd.h"
#include "simd/transpose.h"

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

// Where a lane's number comes from, counted through all registers, if streams are woven or, else,
// taken apart.
template <bool Woven, int Streams>
constexpr int source_of(int to, int lane) {
    const int number = Woven ? to * kLanes + lane : lane * Streams + to;
    return Woven ? number % Streams * kLanes + number / Streams : number;
}

// What register To takes from register From, and else what it has.
template <bool Woven, int Streams, int To, int From, int... I>
CONVOLENS_INLINE vec take(vec has, vec from, Indices<I...>) {
    return __builtin_shufflevector(has, from,
                                   (source_of<Woven, Streams>(To, I) / kLanes == From
                                        ? kLanes + source_of<Woven, Streams>(To, I) % kLanes
                                        : I)...);
}

// Register To, from all registers.
template <bool Woven, int To, int Streams, int... From>
CONVOLENS_INLINE vec take_all(const vec (&x)[Streams], Indices<From...>) {
    vec result = x[0];
    ((result = take<Woven, Streams, To, From>(result, x[From], typename Count<kLanes>::type{})),
     ...);
    return result;
}

// For any number of streams, register by register.
template <bool Woven, int Streams, int... I>
CONVOLENS_INLINE void rearrange(vec (&x)[Streams], Indices<I...> registers) {
    const vec results[Streams] = {take_all<Woven, I>(x, registers)...};
    for (int j = 0; j < Streams; ++j) x[j] = results[j];
}

// x[j] holds numbers of stream j. Afterwards the registers hold, one after the other, the first
// numbers of all streams, the second ones, and so on.
template <int Streams>
CONVOLENS_INLINE void interleave(vec (&x)[Streams]) {
    if constexpr (Streams == kLanes) {
        transpose_registers(x);
    } else if constexpr (Streams > 1 && Streams % 2) {
        rearrange<true>(x, typename Count<Streams>::type{});
    } else if constexpr (Streams > 1) {
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
    if constexpr (Streams == kLanes) {
        transpose_registers(x);
    } else if constexpr (Streams > 1 && Streams % 2) {
        rearrange<false>(x, typename Count<Streams>::type{});
    } else if constexpr (Streams > 1) {
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
