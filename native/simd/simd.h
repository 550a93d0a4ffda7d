// One vector register of floats under one set of names for every instruction set.
//
// Included only by native/kernels, which is compiled once per instruction set. Everything here has
// internal linkage, so code for one instruction set cannot be linked into another's callers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/instructions.h"
#include "simd/masked.h"

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

CONVOLENS_INLINE vec load(const float* p) {
    return *reinterpret_cast<const vec_in_memory*>(p);
}

CONVOLENS_INLINE void store(float* p, vec x) {
    *reinterpret_cast<vec_in_memory*>(p) = x;
}

// Writes past the caches, into which the line would have to be read first. p is aligned to a
// register. Other threads see it after `wait_for_past`.
CONVOLENS_INLINE void store_past(float* p, vec x) {
    masked_store(p, kLanes);  // no sanitizer knows these instructions either
#if defined(CONVOLENS_AVX512)
    _mm512_stream_ps(p, x);
#elif defined(CONVOLENS_AVX2)
    _mm256_stream_ps(p, x);
#elif defined(CONVOLENS_SSE2)
    _mm_stream_ps(p, x);
#else
    store(p, x);
#endif
}

CONVOLENS_INLINE void wait_for_past() {
#if defined(CONVOLENS_SSE2)
    _mm_sfence();
#endif
}

CONVOLENS_INLINE vec broadcast(float x) {
    return x - vec{};  // x + 0 would not do: it changes -0, so the compiler keeps the addition
}

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

template <int... I>
CONVOLENS_INLINE ivec lane_numbers(Indices<I...>) {
    return ivec{I...};
}

// The first `count` lanes of x, and others from `rest`; x where the register is whole.
CONVOLENS_INLINE vec first_or(vec x, i64 count, vec rest) {
    return select(lane_numbers(Count<kLanes>::type{}) < static_cast<i32>(count), x, rest);
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

// Rows begin aligned to a register; what is left at their ends is few.
CONVOLENS_INLINE void store_past(float* p, vec x, Whole) {
    store_past(p, x);
}
CONVOLENS_INLINE void store_past(float* p, vec x, i64 count) {
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

// Loads from an array that is read once from its begin to its end. The processor fetches ahead by
// itself, but not beyond a page of 4096 bytes, so it is asked for what lies one further. That need
// not exist.
template <class Lanes>
CONVOLENS_INLINE vec load_in_turn(const float* p, Lanes lanes) {
    __builtin_prefetch(p + 1024, 0, 2);
    return load(p, lanes);
}

// The same for an array that is written: its memory is fetched, too.
template <class Lanes>
CONVOLENS_INLINE void store_in_turn(float* p, vec x, Lanes lanes) {
    __builtin_prefetch(p + 1024, 1, 2);
    store(p, x, lanes);
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
