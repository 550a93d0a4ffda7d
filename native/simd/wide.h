// A register of floats as doubles, for sums that must not lose digits.
#pragma once

#include "simd/simd.h"

namespace simd {
namespace {

typedef double dvec __attribute__((vector_size(kLanes / 2 * sizeof(double))));
typedef float half_vec __attribute__((vector_size(kLanes / 2 * sizeof(float))));

// Of 16 lanes GCC makes two conversions with shuffles around them, by itself.
CONVOLENS_INLINE dvec doubles_of(half_vec x) {
#if defined(CONVOLENS_AVX512)
    return reinterpret_cast<dvec>(_mm512_maskz_cvtps_pd(0xff, reinterpret_cast<__m256>(x)));
#else
    return __builtin_convertvector(x, dvec);
#endif
}

CONVOLENS_INLINE half_vec floats_of(dvec x) {
#if defined(CONVOLENS_AVX512)
    return reinterpret_cast<half_vec>(_mm512_maskz_cvtpd_ps(0xff, reinterpret_cast<__m512d>(x)));
#else
    return __builtin_convertvector(x, half_vec);
#endif
}

// The lanes of a register: those of its first half, then those of its second.
struct Wide {
    dvec low, high;
};

template <int... I>
CONVOLENS_INLINE Wide widen_lanes(vec x, Indices<I...>) {
    const half_vec low = __builtin_shufflevector(x, x, I...);
    const half_vec high = __builtin_shufflevector(x, x, (I + kLanes / 2)...);
    return {doubles_of(low), doubles_of(high)};
}

CONVOLENS_INLINE Wide widen(vec x) {
    return widen_lanes(x, typename Count<kLanes / 2>::type{});
}

// Two loads of half a register: each becomes doubles as it comes from memory.
CONVOLENS_INLINE Wide load_wide(const float* p) {
    half_vec low, high;
    __builtin_memcpy(&low, p, sizeof(low));
    __builtin_memcpy(&high, p + kLanes / 2, sizeof(high));
    return {doubles_of(low), doubles_of(high)};
}

template <int... I>
CONVOLENS_INLINE vec join_halves(half_vec low, half_vec high, Indices<I...>) {
    return __builtin_shufflevector(low, high, I...);
}

CONVOLENS_INLINE vec narrow(Wide x) {
    return join_halves(floats_of(x.low), floats_of(x.high), typename Count<kLanes>::type{});
}

CONVOLENS_INLINE Wide operator+(Wide a, Wide b) {
    return {a.low + b.low, a.high + b.high};
}

CONVOLENS_INLINE Wide operator-(Wide a, Wide b) {
    return {a.low - b.low, a.high - b.high};
}

CONVOLENS_INLINE Wide operator*(Wide a, Wide b) {
    return {a.low * b.low, a.high * b.high};
}

CONVOLENS_INLINE Wide operator*(Wide a, double b) {
    return {a.low * b, a.high * b};
}

CONVOLENS_INLINE Wide operator/(Wide a, Wide b) {
    return {a.low / b.low, a.high / b.high};
}

CONVOLENS_INLINE Wide everywhere(double x) {
    return {x - dvec{}, x - dvec{}};
}

CONVOLENS_INLINE Wide square_root(Wide x) {
    for (int i = 0; i < kLanes / 2; ++i) {
        x.low[i] = __builtin_sqrt(x.low[i]);
        x.high[i] = __builtin_sqrt(x.high[i]);
    }
    return x;
}

// Lane i of the result is lane i + By, and behind the last one comes the first.
template <int By, int... I>
CONVOLENS_INLINE dvec rotate(dvec x, Indices<I...>) {
    return __builtin_shufflevector(x, x, ((I + By) % (kLanes / 2))...);
}

struct Plus {
    template <class T>
    CONVOLENS_INLINE T operator()(T a, T b) const {
        return a + b;
    }
};

struct Times {
    template <class T>
    CONVOLENS_INLINE T operator()(T a, T b) const {
        return a * b;
    }
};

template <int Half, class Join>
CONVOLENS_INLINE double join_lanes(dvec x, Join join) {
    if constexpr (Half == 0)
        return x[0];
    else
        return join_lanes<Half / 2>(join(x, rotate<Half>(x, typename Count<kLanes / 2>::type{})),
                                    join);
}

// All lanes joined by `join` in a fixed order: halves, then halves of halves.
template <class Join>
CONVOLENS_INLINE double join_lanes(Wide x, Join join) {
    return join_lanes<kLanes / 4>(join(x.low, x.high), join);
}

CONVOLENS_INLINE double sum_lanes(Wide x) {
    return join_lanes(x, Plus{});
}

// Halves of two registers' blocks joined: the first halves of a and b with the second halves of a
// and b, block by block of 2 * Half lanes.
template <int Half, class Join, int... I>
CONVOLENS_INLINE dvec join_wide_halves(dvec a, dvec b, Join join, Indices<I...>) {
    constexpr int kWidth = kLanes / 2;
    return join(__builtin_shufflevector(a, b, (I % (2 * Half) < Half ? I : I - Half + kWidth)...),
                __builtin_shufflevector(a, b, (I % (2 * Half) < Half ? I + Half : I + kWidth)...));
}

template <int Half, class Join>
CONVOLENS_INLINE void fold_wide(dvec (&x)[kLanes / 2], Join join) {
    constexpr typename Count<kLanes / 2>::type lanes{};
#pragma GCC unroll 4
    for (int i = 0; i < Half; ++i) x[i] = join_wide_halves<Half>(x[i], x[i + Half], join, lanes);
    if constexpr (Half > 1) fold_wide<Half / 2>(x, join);
}

// Lane i of the result is join_lanes(x[i], join).
template <class Join>
CONVOLENS_INLINE Wide join_each(const Wide (&x)[kLanes], Join join) {
    constexpr int half = kLanes / 2;
    dvec low[half], high[half];
#pragma GCC unroll 8
    for (int i = 0; i < half; ++i) {
        low[i] = join(x[i].low, x[i].high);
        high[i] = join(x[i + half].low, x[i + half].high);
    }
    fold_wide<half / 2>(low, join);
    fold_wide<half / 2>(high, join);
    return {low[0], high[0]};
}

// Lane i of the result is sum_lanes(x[i]).
CONVOLENS_INLINE Wide sum_each(const Wide (&x)[kLanes]) {
    return join_each(x, Plus{});
}

// The first `count` lanes to memory, all of them where count is Whole{}.
CONVOLENS_INLINE void store(double* p, Wide x, Whole) {
    __builtin_memcpy(p, &x.low, sizeof(x.low));
    __builtin_memcpy(p + kLanes / 2, &x.high, sizeof(x.high));
}

CONVOLENS_INLINE void store(double* p, Wide x, i64 count) {
    double lanes[kLanes];
    __builtin_memcpy(lanes, &x, sizeof(x));
    for (i64 i = 0; i < count; ++i) p[i] = lanes[i];
}

CONVOLENS_INLINE Wide load(const double* p, Whole) {
    Wide x;
    __builtin_memcpy(&x.low, p, sizeof(x.low));
    __builtin_memcpy(&x.high, p + kLanes / 2, sizeof(x.high));
    return x;
}

CONVOLENS_INLINE Wide load(const double* p, i64 count) {
    double lanes[kLanes]{};
    for (i64 i = 0; i < count; ++i) lanes[i] = p[i];
    return load(lanes, Whole{});
}

}  // namespace
}  // namespace simd
