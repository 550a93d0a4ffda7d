// Registers of which the first lanes only are in memory, and rows that end with one.
#pragma once

#include "simd/masked.h"
#include "simd/register.h"

namespace simd {
namespace {

// The first `count` lanes from memory and zeros after them; reads nothing else. 0 < count <= lanes.
CONVOLENS_INLINE vec load_first(const float* p, i64 count) {
    masked_load(p, count);
#if defined(CONVOLENS_AVX512)
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
#elif defined(CONVOLENS_AVX2)
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_maskload_ps(p,
                              _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane));
#else
    vec x{};
    for (i64 i = 0; i < count; ++i) x[i] = p[i];
    return x;
#endif
}

// Writes the first `count` lanes and nothing else. 0 < count <= lanes.
CONVOLENS_INLINE void store_first(float* p, vec x, i64 count) {
    masked_store(p, count);
#if defined(CONVOLENS_AVX512)
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), x);
#elif defined(CONVOLENS_AVX2)
    // A masked store takes AMD's processors dozens of steps.
    if (count == kLanes) return _mm256_storeu_ps(p, x);
    __m128 left = _mm256_castps256_ps128(x);
    if (count & 4) {
        _mm_storeu_ps(p, left);
        left = _mm256_extractf128_ps(x, 1);
        p += 4;
    }
    if (count & 2) {
        _mm_storel_pi(reinterpret_cast<__m64*>(p), left);
        left = _mm_movehl_ps(left, left);
        p += 2;
    }
    if (count & 1) _mm_store_ss(p, left);
#else
    if (count == kLanes) return store(p, x);
    for (i64 i = 0; i < count; ++i) p[i] = x[i];
#endif
}

template <int... I>
CONVOLENS_INLINE ivec lane_numbers(Indices<I...>) {
    return ivec{I...};
}

// The first `count` lanes of x, and others from `rest`; x where the register is whole.
CONVOLENS_INLINE vec first_or(vec x, i64 count, vec rest) {
    return select(lane_numbers(Count<kLanes>::type{}) < static_cast<i32>(count), x, rest);
}

// All lanes of a register, as a type, so that loads and stores of whole registers need no mask.
struct Whole {};

CONVOLENS_INLINE vec first_or(vec x, Whole, vec) {
    return x;
}

CONVOLENS_INLINE vec load(const float* p, Whole) {
    return load(p);
}
CONVOLENS_INLINE vec load(const float* p, i64 count) {
    return load_first(p, count);
}
CONVOLENS_INLINE void store(float* p, vec x, Whole) {
    store(p, x);
}
CONVOLENS_INLINE void store(float* p, vec x, i64 count) {
    store_first(p, x, count);
}

// The first `count` lanes of a register, where the caller knows that all of the first Most may be
// read: a masked load takes two to three times as long as a plain one. Writes `count` and no more.
template <int Most>
struct Over {
    i64 count;
};

template <int Most>
CONVOLENS_INLINE vec load(const float* p, Over<Most> lanes) {
    if constexpr (Most == kLanes) return load(p);
#if defined(CONVOLENS_AVX512)
    if constexpr (Most == 8) return _mm512_zextps256_ps512(_mm256_loadu_ps(p));
    if constexpr (Most == 4) return _mm512_zextps128_ps512(_mm_loadu_ps(p));
#elif defined(CONVOLENS_AVX2)
    if constexpr (Most == 4) return _mm256_zextps128_ps256(_mm_loadu_ps(p));
#endif
    return load_first(p, lanes.count);
}

template <int Most>
CONVOLENS_INLINE void store(float* p, vec x, Over<Most> lanes) {
#if defined(CONVOLENS_AVX512)
    masked_store(p, lanes.count);
    const auto mask = static_cast<__mmask8>((1u << lanes.count) - 1);
    // GCC would join the extraction with the store to an instruction that, unlike a masked store,
    // faults where lanes that are not written lie on a page that nobody may touch.
    if constexpr (Most == 8) {
        __m256 part = _mm512_castps512_ps256(x);
        __asm__("" : "+v"(part));
        return _mm256_mask_storeu_ps(p, mask, part);
    } else if constexpr (Most == 4) {
        __m128 part = _mm512_castps512_ps128(x);
        __asm__("" : "+v"(part));
        return _mm_mask_storeu_ps(p, mask, part);
    }
#endif
    store_first(p, x, lanes.count);
}

// Calls body(offset, count) for each register of a row of `length` floats, where count is Whole{}
// or, for a last incomplete one, its number of lanes.
template <class Body>
CONVOLENS_INLINE void for_each_register(i64 begin, i64 end, Body&& body) {
    i64 i = begin;
    for (; i + kLanes <= end; i += kLanes) body(i, Whole{});
    if (i < end) body(i, end - i);
}

}  // namespace
}  // namespace simd
