// Elementary functions of whole registers, to about 2 units in the last place.
//
// Polynomials: minimax approximations of exp on [-ln2/2, ln2/2] and of log on [sqrt(1/2), sqrt(2)],
// after Moshier, "Methods and Programs for Mathematical Functions", 1989 (the Cephes library).
#pragma once

#include "simd/simd.h"

namespace simd {
namespace {

// The power 2^n of a register of whole numbers in [-126, 127].
CONVOLENS_INLINE vec power_of_two(ivec n) {
    return reinterpret_cast<vec>((n + 127) << 23);
}

CONVOLENS_INLINE vec round_to_whole(vec x) {
    // Adding and subtracting 1.5 * 2^23 rounds to nearest; |x| < 2^22 here.
    const vec magic = broadcast(12582912.0f);
    return (x + magic) - magic;
}

// e^x. Overflows to infinity above 88.73, underflows to zero below -103.97; NaN stays NaN.
CONVOLENS_INLINE vec exp(vec x) {
    const vec bounded = min(max(x, broadcast(-104.0f)), broadcast(89.0f));
    const vec n = round_to_whole(bounded * broadcast(1.44269504088896341f));
    vec r = bounded - n * broadcast(0.693359375f);
    r = r - n * broadcast(-2.12194440e-4f);
    vec p = broadcast(1.9875691500e-4f);
    p = p * r + broadcast(1.3981999507e-3f);
    p = p * r + broadcast(8.3334519073e-3f);
    p = p * r + broadcast(4.1665795894e-2f);
    p = p * r + broadcast(1.6666665459e-1f);
    p = p * r + broadcast(5.0000001201e-1f);
    p = p * r * r + r + broadcast(1.0f);
    // Two factors, since 2^n alone may not be a normal number where the product still is one.
    const ivec whole = __builtin_convertvector(n, ivec);
    const ivec half = whole >> 1;
    const vec result = p * power_of_two(half) * power_of_two(whole - half);
    return select(x != x, x, result);
}

// The natural logarithm; NaN below zero, -infinity at zero.
CONVOLENS_INLINE vec log(vec x) {
    // Numbers below the smallest normal one are made normal first.
    const ivec small = x < broadcast(1.17549435e-38f);
    const vec normal = select(small, x * broadcast(8388608.0f), x);
    const ivec bits = reinterpret_cast<ivec>(normal);
    // Split x = m 2^e with m in [sqrt(1/2), sqrt(2)).
    const ivec shifted = bits - 0x3f3504f3;
    const ivec exponent = shifted >> 23;
    const vec m = reinterpret_cast<vec>((shifted & 0x007fffff) + 0x3f3504f3);
    const vec e = __builtin_convertvector(exponent, vec) - select(small, broadcast(23.0f), vec{});
    const vec r = m - broadcast(1.0f);
    const vec z = r * r;
    vec p = broadcast(7.0376836292e-2f);
    p = p * r + broadcast(-1.1514610310e-1f);
    p = p * r + broadcast(1.1676998740e-1f);
    p = p * r + broadcast(-1.2420140846e-1f);
    p = p * r + broadcast(1.4249322787e-1f);
    p = p * r + broadcast(-1.6668057665e-1f);
    p = p * r + broadcast(2.0000714765e-1f);
    p = p * r + broadcast(-2.4999993993e-1f);
    p = p * r + broadcast(3.3333331174e-1f);
    vec y = r * z * p;
    y = y + e * broadcast(-2.12194440e-4f);
    y = y - z * broadcast(0.5f);
    vec result = r + y + e * broadcast(0.693359375f);
    const vec infinity = broadcast(__builtin_inff());
    result = select(x == infinity, infinity, result);
    result = select(x == vec{}, -infinity, result);
    return select(x >= vec{}, result, broadcast(__builtin_nanf("")));
}

CONVOLENS_INLINE vec sigmoid(vec x) {
    const vec one = broadcast(1.0f);
    const vec small = exp(x < vec{} ? x : -x);
    return select(x < vec{}, small, one) / (one + small);
}

// (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x; a polynomial where that would cancel.
CONVOLENS_INLINE vec tanh(vec x) {
    const vec one = broadcast(1.0f);
    const vec a = x < vec{} ? -x : x;
    const vec small = exp(broadcast(-2.0f) * a);
    const vec large = (one - small) / (one + small);
    const vec z = x * x;
    vec p = broadcast(-5.70498872745e-3f);
    p = p * z + broadcast(2.06390887954e-2f);
    p = p * z + broadcast(-5.37397155531e-2f);
    p = p * z + broadcast(1.33314422036e-1f);
    p = p * z + broadcast(-3.33332819422e-1f);
    const vec near_zero = p * z * x + x;
    const vec kept_zero = select(x == vec{}, x, near_zero);  // -0 stays -0
    const vec signed_large = select(x < vec{}, -large, large);
    return select(a < broadcast(0.625f), kept_zero, signed_large);
}

}  // namespace
}  // namespace simd
