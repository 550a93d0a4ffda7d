// The lanes of a register among each other: moved, repeated, added up.
#pragma once

#include "simd/register.h"

namespace simd {
namespace {

// result[i] = x[lanes[i]], with 0 <= lanes[i] < kLanes.
CONVOLENS_INLINE vec pick(vec x, ivec lanes) {
#if defined(CONVOLENS_AVX512)
    return _mm512_maskz_permutexvar_ps(0xffff, reinterpret_cast<__m512i>(lanes), x);
#elif defined(CONVOLENS_AVX2)
    return _mm256_permutevar8x32_ps(x, reinterpret_cast<__m256i>(lanes));
#else
    vec result{};
    for (int i = 0; i < kLanes; ++i) result[i] = x[lanes[i]];
    return result;
#endif
}

// Lane i of the result is lane i + By, and behind the last one comes the first.
template <int By, int... I>
CONVOLENS_INLINE vec rotate(vec x, Indices<I...>) {
    return __builtin_shufflevector(x, x, ((I + By) % kLanes)...);
}

// All lanes joined by `join` in a fixed order: halves, then halves of halves.
template <int Half = kLanes / 2, class Join>
CONVOLENS_INLINE float join_lanes(vec x, Join join) {
    x = join(x, rotate<Half>(x, Count<kLanes>::type{}));
    if constexpr (Half > 1)
        return join_lanes<Half / 2>(x, join);
    else
        return x[0];
}

CONVOLENS_INLINE float sum_lanes(vec x) {
    return join_lanes(x, [](vec a, vec b) CONVOLENS_INLINED { return a + b; });
}

CONVOLENS_INLINE float max_lanes(vec x) {
    return join_lanes(x, [](vec a, vec b) CONVOLENS_INLINED { return max(a, b); });
}

// The same Size neighbouring floats again and again, to fill a register.
template <int Size>
CONVOLENS_INLINE vec repeat(const float* p) {
    if constexpr (Size == kLanes) {
        return load(p);
    } else if constexpr (Size == 2) {
        typedef double pairs __attribute__((vector_size(sizeof(vec))));
        double pair;
        __builtin_memcpy(&pair, p, sizeof(pair));
        return reinterpret_cast<vec>(pair - pairs{});
    }
#if defined(CONVOLENS_AVX512)
    if constexpr (Size == 4) return _mm512_broadcast_f32x4(_mm_loadu_ps(p));
    if constexpr (Size == 8)
        return reinterpret_cast<vec>(
            _mm512_broadcast_f64x4(_mm256_loadu_pd(reinterpret_cast<const double*>(p))));
#elif defined(CONVOLENS_AVX2)
    if constexpr (Size == 4) return _mm256_broadcast_ps(reinterpret_cast<const __m128*>(p));
#endif
    vec x;
    for (int i = 0; i < kLanes; ++i) x[i] = p[i % Size];
    return x;
}

// The first Size lanes again and again.
template <int Size, int... I>
CONVOLENS_INLINE vec repeat_lanes(vec x, Indices<I...>) {
    return __builtin_shufflevector(x, x, (I % Size)...);
}

// The sum of each Size neighbouring lanes, in the first kLanes / Size lanes.
template <int Size, int... I>
CONVOLENS_INLINE vec sum_groups(vec x, Indices<I...>) {
    if constexpr (Size >= 2) x += __builtin_shufflevector(x, x, (I ^ 1)...);
    if constexpr (Size >= 4) x += __builtin_shufflevector(x, x, (I ^ 2)...);
    if constexpr (Size >= 8) x += __builtin_shufflevector(x, x, (I ^ 4)...);
    if constexpr (Size >= 16) x += __builtin_shufflevector(x, x, (I ^ 8)...);
    return __builtin_shufflevector(x, x, (I * Size % kLanes)...);
}

// Halves of two registers' blocks added: [first halves of a and b] + [second halves of a and b],
// block by block of 2 * Half lanes.
template <int Half, int... I>
CONVOLENS_INLINE vec add_halves(vec a, vec b, Indices<I...>) {
    return __builtin_shufflevector(a, b, (I % (2 * Half) < Half ? I : I - Half + kLanes)...) +
           __builtin_shufflevector(a, b, (I % (2 * Half) < Half ? I + Half : I + kLanes)...);
}

template <int Half>
CONVOLENS_INLINE void fold(vec (&x)[kLanes]) {
    constexpr typename Count<kLanes>::type lanes{};
#pragma GCC unroll 8
    for (int i = 0; i < Half; ++i) x[i] = add_halves<Half>(x[i], x[i + Half], lanes);
    if constexpr (Half > 1) fold<Half / 2>(x);
}

// Lane i of the result is the sum of the lanes of x[i]. The order of the additions is that of
// sum_lanes.
CONVOLENS_INLINE vec sum_each(vec (&x)[kLanes]) {
    fold<kLanes / 2>(x);
    return x[0];
}

}  // namespace
}  // namespace simd
