// Elementary functions of whole registers, to about 2 units in the last place; powers to one.
//
// Polynomials: a minimax approximation of log on [sqrt(1/2), sqrt(2)], after Moshier, "Methods and
// Programs for Mathematical Functions", 1989 (the Cephes library). Those of exp and erf are stated
// beside them.
#pragma once

#include "simd/simd.h"

namespace simd {
namespace {

// ln2 in two parts: whole numbers below 2^9 times the first are exact.
constexpr float kLn2High = 0.693359375f;
constexpr float kLn2Low = -2.12194440e-4f;

// The polynomial p of e^r = 1 + r + r^2 p for |r| <= ln2 / 2: the minimax one of its degree, found
// by the exchange algorithm (Remez, 1934) in 50 digits, to 3.1e-9 of e^r.
CONVOLENS_INLINE vec exp_tail(vec r) {
    vec p = broadcast(1.38145986467e-3f);
    p = p * r + broadcast(8.36871687973e-3f);
    p = p * r + broadcast(4.16683880453e-2f);
    p = p * r + broadcast(1.66665206317e-1f);
    return p * r + broadcast(4.99999934478e-1f);
}

// 2^(n - 127) for the n that is the last eight digits.
CONVOLENS_INLINE vec power_of_digits(uvec digits) {
    return reinterpret_cast<vec>(digits << 23);
}

// x = n ln2 + r, with a whole n and |r| <= ln2 / 2, for |x| below 2^8 or so.
struct Octaves {
    static constexpr float kTwice = 2 * 127.0f;

    vec n, r;
    uvec digits;  // the last ones are those of n + bias

    CONVOLENS_INLINE Octaves(vec x, float bias) {
        // Adding 1.5 * 2^23 rounds to nearest.
        const vec magic = broadcast(12582912.0f + bias);
        const vec sum = x * broadcast(1.44269504088896341f) + magic;
        n = sum - magic;
        r = (x - n * broadcast(kLn2High)) - n * broadcast(kLn2Low);
        digits = reinterpret_cast<uvec>(sum);
    }

    // y 2^n, if the bias is kTwice. In two factors, since 2^n alone may not be a normal number
    // where the product still is one. What stands before the last digits does not reach them.
    CONVOLENS_INLINE vec times_power(vec y) const {
#if defined(CONVOLENS_AVX512)
        return _mm512_maskz_scalef_ps(0xffff, y, n);
#else
        const uvec half = digits >> 1;
        return y * power_of_digits(half) * power_of_digits(digits - half);
#endif
    }
};

// e^r for |r| <= ln2 / 2.
CONVOLENS_INLINE vec exp_of_rest(vec r) {
    const vec one = broadcast(1.0f), sum = one + r;
    return sum + (exp_tail(r) * (r * r) + ((one - sum) + r));
}

// The same to about a unit of the last place, with fewer steps.
CONVOLENS_INLINE vec rough_exp_of_rest(vec r) {
    return exp_tail(r) * (r * r) + r + broadcast(1.0f);
}

// e^x. Overflows to infinity above 88.73, underflows to zero below -103.97; NaN stays NaN.
CONVOLENS_INLINE vec exp(vec x) {
    // In this order NaN stays.
    const Octaves of(min(broadcast(89.0f), max(broadcast(-104.0f), x)), Octaves::kTwice);
    return of.times_power(exp_of_rest(of.r));
}

// x = fraction 2^exponent with the fraction in [sqrt(1/2), sqrt(2)), for x > 0.
struct Parts {
    vec fraction, exponent;
};

CONVOLENS_INLINE Parts parts_of(vec x) {
    // Numbers below the smallest normal one are made normal first.
    const ivec small = x < broadcast(1.17549435e-38f);
    const vec normal = select(small, x * broadcast(8388608.0f), x);
    // Bits of negative numbers wrap around.
    const ivec shifted = reinterpret_cast<ivec>(reinterpret_cast<uvec>(normal) - 0x3f3504f3u);
    const ivec exponent = shifted >> 23;
    return {reinterpret_cast<vec>((shifted & 0x007fffff) + 0x3f3504f3),
            __builtin_convertvector(exponent, vec) - select(small, broadcast(23.0f), vec{})};
}

// The polynomial p of log(1 + r) = r - r^2 / 2 + r^3 p.
CONVOLENS_INLINE vec log_tail(vec r) {
    vec p = broadcast(7.0376836292e-2f);
    p = p * r + broadcast(-1.1514610310e-1f);
    p = p * r + broadcast(1.1676998740e-1f);
    p = p * r + broadcast(-1.2420140846e-1f);
    p = p * r + broadcast(1.4249322787e-1f);
    p = p * r + broadcast(-1.6668057665e-1f);
    p = p * r + broadcast(2.0000714765e-1f);
    p = p * r + broadcast(-2.4999993993e-1f);
    return p * r + broadcast(3.3333331174e-1f);
}

// The natural logarithm; NaN below zero, -infinity at zero.
CONVOLENS_INLINE vec log(vec x) {
    const Parts parts = parts_of(x);
    const vec e = parts.exponent;
    const vec r = parts.fraction - broadcast(1.0f);
    const vec z = r * r;
    vec y = r * z * log_tail(r);
    y = y + e * broadcast(kLn2Low);
    y = y - z * broadcast(0.5f);
    vec result = r + y + e * broadcast(kLn2High);
    const vec infinity = broadcast(__builtin_inff());
    result = select(x == infinity, infinity, result);
    result = select(x == vec{}, -infinity, result);
    return select(x >= vec{}, result, broadcast(__builtin_nanf("")));
}

// What rounding took from a product: a b - product, exactly, as long as nothing overflows.
CONVOLENS_INLINE vec product_error(vec a, vec b, vec product) {
#if defined(CONVOLENS_AVX512)
    return _mm512_maskz_fmsub_ps(0xffff, a, b, product);
#elif defined(CONVOLENS_AVX2)
    return _mm256_fmsub_ps(a, b, product);
#elif defined(CONVOLENS_FMA)
    for (int i = 0; i < kLanes; ++i) a[i] = __builtin_fmaf(a[i], b[i], -product[i]);
    return a;
#else
    // Halves of 12 bits, whose products are exact. Dekker, "A Floating-Point Technique for
    // Extending the Available Precision", 1971.
    const vec splitter = broadcast(4097.0f);
    const vec a_high = a * splitter - (a * splitter - a), a_low = a - a_high;
    const vec b_high = b * splitter - (b * splitter - b), b_low = b - b_high;
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
#endif
}

// x^exponent for an exponent other than 0, to little more than one rounding: the logarithm, the
// exponent and their product are sums high + low. NaN below zero.
CONVOLENS_INLINE vec power(vec x, double exact) {
    const float exponent = static_cast<float>(exact);
    if (exponent != exponent) return broadcast(exponent);
    const bool finite = exponent - exponent == 0.0f;
    const vec times = broadcast(exponent);
    const vec times_low = broadcast(finite ? static_cast<float>(exact - exponent) : 0.0f);
    const Parts parts = parts_of(x);
    const vec r = parts.fraction - broadcast(1.0f), half = broadcast(0.5f);
    const vec z = r * r;
    // log x = e ln2 + r - z / 2 + r z p, the larger terms first.
    const vec whole = parts.exponent * broadcast(kLn2High);
    const vec bent = r - z * half;
    const vec bent_low = (r - bent) - z * half - product_error(r, r, z) * half;
    const vec first = whole + bent;
    const vec first_low = ((whole - first) + bent) + bent_low;
    const vec tail = r * z * log_tail(r) + parts.exponent * broadcast(kLn2Low);
    const vec high = first + tail;
    const vec low = ((first - high) + tail) + first_low;
    const vec product = high * times;
    const vec rest = product_error(high, times, product) + (low * times + high * times_low);

    const vec bounded = min(max(product, broadcast(-104.0f)), broadcast(89.0f));
    const Octaves of(bounded, Octaves::kTwice);
    const vec n = of.n;
    const vec near = bounded - n * broadcast(kLn2High);
    const vec moved = select(bounded == product, rest, vec{}) - n * broadcast(kLn2Low);
    const vec s = near + moved;
    const vec s_low = (near - s) + moved;
    const vec one = broadcast(1.0f);
    const vec sum = one + s;
    const vec result = sum + (((one - sum) + s) + (exp_tail(s) * s * s + s_low));
    vec scaled = of.times_power(result);
    const vec infinity = broadcast(__builtin_inff());
    const bool grows = exponent > 0.0f;
    scaled = select(x == vec{}, grows ? vec{} : infinity, scaled);
    scaled = select(x == infinity, grows ? infinity : vec{}, scaled);
    return select(x >= vec{}, scaled, broadcast(__builtin_nanf("")));
}

CONVOLENS_INLINE vec absolute(vec x) {
    return reinterpret_cast<vec>(reinterpret_cast<ivec>(x) & 0x7fffffff);
}

// x >= 0 with the sign of `sign`.
CONVOLENS_INLINE vec signed_as(vec x, vec sign) {
    const ivec bit = reinterpret_cast<ivec>(broadcast(-0.0f));
    return reinterpret_cast<vec>(reinterpret_cast<ivec>(x) | (reinterpret_cast<ivec>(sign) & bit));
}

// |x| with the sign of `sign`.
CONVOLENS_INLINE vec with_sign(vec x, vec sign) {
    return signed_as(absolute(x), sign);
}

// 1 / x for a normal x, to about one rounding.
CONVOLENS_INLINE vec inverse(vec x) {
#if defined(CONVOLENS_AVX512)
    const vec rough = rough_inverse(x);
    return rough - rough * product_error(x, rough, broadcast(1.0f));
#else
    return broadcast(1.0f) / x;
#endif
}

// For x <= 0, from -104 on, where e^x is 0.
struct Descent : Octaves {
    CONVOLENS_INLINE explicit Descent(vec x)
        : Octaves(max(broadcast(-104.0f), x), 127.0f + kUp) {}  // in this order NaN stays

    // y 2^n. By way of 2^(n + kUp), since 2^n alone may not be a normal number.
    CONVOLENS_INLINE vec times_power(vec y) const {
#if defined(CONVOLENS_AVX512)
        return Octaves::times_power(y);
#else
        return y * power_of_digits(digits) * broadcast(kBack);
#endif
    }

  private:
    static constexpr float kUp = 65.0f, kBack = 0x1p-65f;
};

// e^x for x <= 0, to the bits of exp with fewer steps.
CONVOLENS_INLINE vec exp_of_negative(vec x) {
    const Descent down(x);
    return down.times_power(exp_of_rest(down.r));
}

// The same to about a unit of the last place, with still fewer.
CONVOLENS_INLINE vec rough_exp_of_negative(vec x) {
    const Descent down(x);
    return down.times_power(rough_exp_of_rest(down.r));
}

// 1 / (1 + e^-x), both parts times 2^-65: so e^-x is finite from -104 on, where the result is 0,
// and a normal number up to 40, where the result is 1.
CONVOLENS_INLINE vec sigmoid(vec x) {
    constexpr float kDown = 65.0f;
    const vec one = broadcast(0x1p-65f);
    // In this order NaN stays.
    const Octaves of(-min(broadcast(40.0f), max(broadcast(-104.0f), x)), 127.0f - kDown);
    return one / (rough_exp_of_rest(of.r) * power_of_digits(of.digits) + one);
}

// e^x - 1 for x <= 0, near 0 with the digits that a subtraction would lose.
CONVOLENS_INLINE vec exp_less_one(vec x) {
    const Octaves of(max(broadcast(-40.0f), x), 127.0f);  // in this order NaN stays
    const vec r = of.r, power = power_of_digits(of.digits);
    return power * (exp_tail(r) * (r * r) + r) + (power - broadcast(1.0f));
}

// log(1 + z) for -1 < z <= 1; NaN at -1. The rounding of 1 + z is made up for: z near 0 needs it.
CONVOLENS_INLINE vec log_one_plus(vec z) {
    const vec u = broadcast(1.0f) + z;
    return log(u) + (z - (u - broadcast(1.0f))) / u;
}

// The share of the standard normal distribution beyond a, for 0 <= a <= 15: e^(-a^2 / 2) times
// u p(u) for u = 1 / (1 + 0.3 a), where p is the minimax polynomial of its degree, to 3.5e-9.
CONVOLENS_INLINE vec normal_tail(vec a, vec gauss) {
    const vec u = inverse(broadcast(0.3f) * a + broadcast(1.0f));
    vec p = broadcast(-2.0623501e-2f);
    p = p * u + broadcast(0.11243579002133859f);
    p = p * u + broadcast(-0.22821401900021768f);
    p = p * u + broadcast(0.19178509793725143f);
    p = p * u + broadcast(-7.942396220350938e-2f);
    p = p * u + broadcast(9.615708549513596e-2f);
    p = p * u + broadcast(7.838956276051604e-2f);
    p = p * u + broadcast(0.11023544302321292f);
    p = p * u + broadcast(0.11957181174724531f);
    p = p * u + broadcast(0.11968668991956f);
    return gauss * (u * p);
}

// erf(x) = 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x.
//
// Below 1 it is x times a polynomial in x^2; above, 1 - e^-x^2 times one in |x| - 1. Both are the
// minimax polynomials of their degree, found by the exchange algorithm (Remez, 1934) in 60 digits:
// of erf(x) / x on [0, 1], to 1.2e-9 of itself; of e^x^2 (1 - erf(x)) on [1, 4], to 2.4e-9 after
// its multiplication by e^-x^2. Beyond 4 erf rounds to 1.
CONVOLENS_INLINE vec erf(vec x) {
    const vec z = x * x;
    const vec gauss = rough_exp_of_negative(-z);
    vec p = broadcast(7.85386131661e-5f);
    p = p * z + broadcast(-8.01019361431e-4f);
    p = p * z + broadcast(5.18832768451e-3f);
    p = p * z + broadcast(-2.68538119347e-2f);
    p = p * z + broadcast(1.12835851486e-1f);
    p = p * z + broadcast(-3.76126258242e-1f);
    p = p * z + broadcast(0.12837916573f);
    const vec a = absolute(x);
    const vec t = min(broadcast(4.0f), a) - broadcast(1.0f);
    vec q = broadcast(1.06843559946e-4f);
    q = q * t + broadcast(-1.0570580246e-3f);
    q = q * t + broadcast(4.91128861585e-3f);
    q = q * t + broadcast(-1.51101568493e-2f);
    q = q * t + broadcast(3.68749802998e-2f);
    q = q * t + broadcast(-7.90533433765e-2f);
    q = q * t + broadcast(1.54350554278e-1f);
    q = q * t + broadcast(-2.73211076399e-1f);
    q = q * t + broadcast(4.275835696e-1f);
    const vec far = with_sign(broadcast(1.0f) - gauss * q, x);
    // x p + x, not x (p + 1): the last rounding is then the only large one.
    return select(a < broadcast(1.0f), x * p + x, far);
}

}  // namespace
}  // namespace simd
