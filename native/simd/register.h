// One vector register of floats under one set of names for every instruction set.
//
// Included only by native/kernels, which is compiled once per instruction set. Everything here has
// internal linkage, so code for one instruction set cannot be linked into another's callers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/instructions.h"

namespace simd {
namespace {

using i64 = std::int64_t;
using i32 = std::int32_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

#if defined(CONVOLENS_AVX512) || defined(CONVOLENS_PORTABLE16)
constexpr int kLanes = 16;
constexpr int kRegisters = 32;
#elif defined(CONVOLENS_AVX2)
constexpr int kLanes = 8;
constexpr int kRegisters = 16;
#elif defined(__aarch64__)
constexpr int kLanes = 4;
constexpr int kRegisters = 32;
#else
constexpr int kLanes = 4;
constexpr int kRegisters = 16;
#endif

typedef float vec __attribute__((vector_size(kLanes * sizeof(float))));
typedef i32 ivec __attribute__((vector_size(kLanes * sizeof(i32))));
typedef u32 uvec __attribute__((vector_size(kLanes * sizeof(u32))));
typedef float vec_in_memory
    __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float)), may_alias));

#define CONVOLENS_INLINE inline __attribute__((always_inline))
// The same for lambdas, after their parameters.
#define CONVOLENS_INLINED __attribute__((always_inline))

// The same number or pointer, of which the compiler does not know where it comes from: sums of it
// are computed from it alone, where they are needed.
template <class T>
CONVOLENS_INLINE T unknown(T x) {
    asm("" : "+r"(x));
    return x;
}

CONVOLENS_INLINE vec load(const float* p) {
    return *reinterpret_cast<const vec_in_memory*>(p);
}

CONVOLENS_INLINE void store(float* p, vec x) {
    *reinterpret_cast<vec_in_memory*>(p) = x;
}

CONVOLENS_INLINE vec broadcast(float x) {
    return x - vec{};  // x + 0 would not do: it changes -0, so the compiler keeps the addition
}

template <int... I>
struct Indices {};

// Indices<0, 1, ..., N - 1>.
template <int N, int... I>
struct Count : Count<N - 1, N - 1, I...> {};
template <int... I>
struct Count<0, I...> {
    using type = Indices<I...>;
};

// Lane by lane: mask != 0 ? a : b.
CONVOLENS_INLINE vec select(ivec mask, vec a, vec b) {
    return mask ? a : b;
}

// a > b ? a : b, so b where one is NaN. Of the comparison GCC makes two instructions.
CONVOLENS_INLINE vec max(vec a, vec b) {
#if defined(CONVOLENS_AVX512)
    return _mm512_maskz_max_ps(0xffff, a, b);
#elif defined(CONVOLENS_AVX2)
    return _mm256_max_ps(a, b);
#elif defined(CONVOLENS_SSE2)
    return _mm_max_ps(a, b);
#else
    return a > b ? a : b;
#endif
}

// a < b ? a : b, so b where one is NaN.
CONVOLENS_INLINE vec min(vec a, vec b) {
#if defined(CONVOLENS_AVX512)
    return _mm512_maskz_min_ps(0xffff, a, b);
#elif defined(CONVOLENS_AVX2)
    return _mm256_min_ps(a, b);
#elif defined(CONVOLENS_SSE2)
    return _mm_min_ps(a, b);
#else
    return a < b ? a : b;
#endif
}

// max(x, 0) of each register; NaN stays NaN, and -0 stays -0.
template <int N>
CONVOLENS_INLINE void rectify(vec (&x)[N]) {
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) x[i] = max(vec{}, x[i]);
}

// `best`, unless v is larger or NaN.
CONVOLENS_INLINE vec larger_or_nan(vec best, vec v) {
#if defined(CONVOLENS_AVX512)
    return _mm512_mask_mov_ps(max(v, best), _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), v);
#else
    return select(v != v, v, max(v, best));
#endif
}

CONVOLENS_INLINE vec square_root(vec x) {
#if defined(CONVOLENS_AVX512)
    return _mm512_maskz_sqrt_ps(0xffff, x);  // unmasked, GCC warns of its own header
#elif defined(CONVOLENS_AVX2)
    return _mm256_sqrt_ps(x);
#elif defined(CONVOLENS_SSE2)
    return _mm_sqrt_ps(x);
#else
    for (int i = 0; i < kLanes; ++i) x[i] = __builtin_sqrtf(x[i]);
    return x;
#endif
}

// 1 / x to 14 bits at least.
CONVOLENS_INLINE vec rough_inverse(vec x) {
#if defined(CONVOLENS_AVX512)
    return _mm512_maskz_rcp14_ps(0xffff, x);
#else
    return broadcast(1.0f) / x;
#endif
}

}  // namespace
}  // namespace simd
