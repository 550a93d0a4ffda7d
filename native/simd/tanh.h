// The hyperbolic tangent, to a unit of the last place, or with AVX-512 to about half a one; without
// fused multiply-add to 1.2.
#pragma once

#include "simd/math.h"

namespace simd {
namespace {

#if defined(CONVOLENS_AVX512)

// A piece for each quarter of an octave from 1/16 to 8, one below, and one above up to where the
// result is 1. Its polynomial in t = |x| - centre, of degree 6, begins with the tanh of the centre,
// which is chosen so that this is a number of single precision, nearly; below 1/16 it begins with
// t. They are the minimax polynomials of the pieces, found by weighted least squares (Lawson, 1961)
// in double precision, each coefficient after those before it was rounded. A piece stands where the
// last five bits of exponent and first two digits of |x| put it.
struct TanhPieces {
    static constexpr int kPieces = 32;
    alignas(64) float centre[kPieces], start[kPieces], first[kPieces], second[kPieces],
        third[kPieces], fourth[kPieces], fifth[kPieces], sixth[kPieces];
};

// clang-format off
constexpr TanhPieces kTanhPieces = {
    {2.2495773f, 2.749523f, 3.2493773f, 3.7507064f, 4.500294f, 5.500363f, 6.498972f, 7.513047f,
     8.66434f, 0, 0, 0, 0.07032413f, 0.085925296f, 0.101560496f, 0.11719151f, 0.1405984f,
     0.17188764f, 0.20316914f, 0.23441929f, 0.28121307f, 0.34375155f, 0.40618768f, 0.4688358f,
     0.56240565f, 0.6874732f, 0.8123744f, 0.9374493f, 1.1253259f, 1.3747424f, 1.625279f,
     1.8746567f},
    {0.97800773f, 0.991852f, 0.9969939f, 0.998896f, 0.99975336f, 0.9999666f, 0.99999547f,
     0.9999994f, 0.99999994f, 0, 0, 0, 0.07020843f, 0.08571445f, 0.10121275f, 0.11665794f,
     0.13967922f, 0.17021458f, 0.20041908f, 0.23021765f, 0.27402744f, 0.3308225f, 0.3852309f,
     0.43725818f, 0.50976014f, 0.5963563f, 0.670898f, 0.7340481f, 0.8094135f, 0.8797685f,
     0.9253863f, 0.9540144f},
    {0.04350087f, 0.01622964f, 0.006003166f, 0.0022067763f, 4.9323734e-4f, 6.675757e-5f,
     9.06008e-6f, 1.1921147e-6f, 1.192169e-7f, 0, 0, 0, 0.99507076f, 0.992653f, 0.989756f,
     0.98639095f, 0.98048973f, 0.971027f, 0.9598322f, 0.94699985f, 0.92490894f, 0.89055645f,
     0.85159713f, 0.8088053f, 0.7401446f, 0.6443592f, 0.5498958f, 0.46117336f, 0.3448498f,
     0.2260074f, 0.14366017f, 0.08985648f},
    {-0.04254418f, -0.016097398f, -0.0059851194f, -0.00220434f, -4.931127e-4f, -6.6755165e-5f,
     -9.059974e-6f, -1.1921322e-6f, -1.1923527e-7f, 0, 0, 0, -0.069862336f, -0.08508454f,
     -0.10017575f, -0.11507019f, -0.13695408f, -0.16528295f, -0.19236864f, -0.2180161f,
     -0.25345042f, -0.2946161f, -0.32806155f, -0.35365674f, -0.3772962f, -0.38426766f,
     -0.36892405f, -0.33852345f, -0.27912608f, -0.1988342f, -0.13294116f, -0.08572438f},
    {0.027108582f, 0.0105560515f, 0.0039658723f, 0.0014662275f, 3.282378e-4f, 4.445249e-5f,
     6.0335005e-6f, 7.939355e-7f, 7.9293336e-8f, 0, 0, -0.333333f, -0.3254206f, -0.32225177f,
     -0.32032713f, -0.31693557f, -0.3079665f, -0.2958594f, -0.2813965f, -0.265713f, -0.23873691f,
     -0.1993029f, -0.15738693f, -0.114988364f, -0.054397035f, 0.014399004f, 0.064235605f,
     0.09475775f, 0.11097953f, 0.09959298f, 0.07513691f, 0.05183092f},
    {-0.012331589f, -0.0051045767f, -0.0019590573f, -7.298735e-4f, -1.6398003e-4f,
     -2.2224787e-5f, -3.0173364e-6f, -3.9661512e-7f, -3.9450534e-8f, 0, 0, 0, 0.046144154f,
     0.049488816f, 0.059845008f, 0.06960608f, 0.08907194f, 0.10534789f, 0.12008976f, 0.13390446f,
     0.14989795f, 0.16414067f, 0.17003918f, 0.1681704f, 0.15348706f, 0.119522355f, 0.079902895f,
     0.043286912f, 0.003214724f, -0.02133945f, -0.025216343f, -0.020871967f},
    {0.003979099f, 0.0019157651f, 7.712514e-4f, 2.9220537e-4f, 6.82421e-5f, 9.272396e-6f,
     1.2588438e-6f, 1.6550344e-7f, 1.6880902e-8f, 0, 0, 0.13304214f, -17.750917f, -17.426565f,
     7.2966204f, 20.587364f, 0.9839359f, 1.1413703f, 0.113854006f, 0.8565276f, -0.03397935f,
     -0.036489386f, -0.075382896f, 0.0039977827f, -0.040925205f, -0.066745594f, -0.06758928f,
     -0.05097394f, -0.032029636f, -0.009517293f, 0.0013444376f, 0.004571456f},
    {-7.160479e-4f, -5.4536236e-4f, -2.436397e-4f, -9.565579e-5f, -2.2602433e-5f, -3.0857034e-6f,
     -4.1783093e-7f, -5.6432274e-8f, -6.0676584e-9f, 0, 0, 0, -9.060743f, 71.967064f, 54.670856f,
     55.789703f, -1.3559577f, 0.21981615f, 0.97567314f, 0.07637769f, -0.038387712f,
     -0.057803005f, -0.061502893f, -0.06028006f, -0.03733632f, -0.012267503f, 0.0065368847f,
     0.01540201f, 0.018500665f, 0.010949251f, 0.00413677f, 6.4991415e-4f},
};
// clang-format on

CONVOLENS_INLINE vec of_piece(const float* table, ivec piece) {
    return _mm512_permutex2var_ps(load(table), reinterpret_cast<__m512i>(piece),
                                  load(table + kLanes));
}

CONVOLENS_INLINE vec tanh(vec x) {
    constexpr int kDigits = 21;  // what is left of a number's bits below those that name its piece
    const vec smallest = broadcast(0.0625f);
    const vec a = min(broadcast(9.25f), absolute(x));  // in this order NaN stays
    const ivec bits = reinterpret_cast<ivec>(a);
    const ivec lowest = (reinterpret_cast<ivec>(smallest) - 1);
    const ivec piece = (bits > lowest ? bits : lowest) >> kDigits;
    const vec t = a - of_piece(kTanhPieces.centre, piece);
    vec p = of_piece(kTanhPieces.sixth, piece);
    p = p * t + of_piece(kTanhPieces.fifth, piece);
    p = p * t + of_piece(kTanhPieces.fourth, piece);
    p = p * t + of_piece(kTanhPieces.third, piece);
    p = p * t + of_piece(kTanhPieces.second, piece);
    p = p * t + of_piece(kTanhPieces.first, piece);
    const vec start = select(a < smallest, a, of_piece(kTanhPieces.start, piece));
    return with_sign(p * t + start, x);
}

#else

// Up to the border it is a - a^3 p(a^2) for a = |x|, and beyond 1 - 2 / (1 + e^2a), where the last
// term is below a quarter, and so is the part of its error that is left. e^2a = 2^n e^2r, |r| <=
// ln2 / 4. Both polynomials are the minimax ones of their degrees: p to 3.3e-9 of tanh by weighted
// least squares (Lawson, 1961), r q = e^2r - 1 to 2.0e-9 of e^2r by the exchange algorithm (Remez,
// 1934).
CONVOLENS_INLINE vec tanh(vec x) {
    constexpr float kBorder = 0.975f;
    const vec one = broadcast(1.0f);
    const vec a = min(broadcast(9.25f), absolute(x));  // in this order NaN stays
    const vec z = a * a;
    vec p = broadcast(3.81086053347e-4f);
    p = p * z + broadcast(-2.37244458087e-3f);
    p = p * z + broadcast(8.03294523396e-3f);
    p = p * z + broadcast(-2.15385385625e-2f);
    p = p * z + broadcast(5.38953649045e-2f);
    p = p * z + broadcast(-1.33325574212e-1f);
    p = p * z + broadcast(3.33333050293e-1f);
    const vec near = a - a * z * p;

    const vec magic = broadcast(12582912.0f + 127.0f);  // as for Octaves
    const vec sum = a * broadcast(2.88539008177792681f) + magic;
    // One constant is enough for ln2 / 2: there are few octaves.
    const vec r = a - (sum - magic) * broadcast(0.34657359027997264f);
    vec q = broadcast(8.85987822403e-2f);
    q = q * r + broadcast(2.67975549542e-1f);
    q = q * r + broadcast(6.66688118774e-1f);
    q = q * r + broadcast(1.33331442703f);
    q = q * r + broadcast(1.99999976697f);
    q = q * r + broadcast(2.0000000647f);
    const vec power = power_of_digits(reinterpret_cast<uvec>(sum));
    const vec far = one - broadcast(2.0f) / (q * r * power + (power + one));
    return signed_as(select(a < broadcast(kBorder), near, far), x);
}

#endif

}  // namespace
}  // namespace simd
