// Winograd's minimal filtering: F(m x m, 3 x 3), a tile of m x m outputs from (m + 2)^2 products.
//
// Along one axis, with tile size a = m + 2 and a - 1 interpolation points beside infinity:
//   outputs  y = AT [(G w) . (BT d)]          weights w[3], inputs d[a], outputs y[m]
//   weights  dw = CT [(H g) . (BT d)]         upstream g[m], inputs d[a], gradient dw[3]
// In two axes each matrix is applied along both. The products become matrix products over channels,
// one for each of the a x a places of a tile.
//
// Source: Winograd, "Arithmetic Complexity of Computations", 1980; Lavin and Gray, "Fast Algorithms
// for Convolutional Neural Networks", 2016; Barabasz et al., "Error Analysis and Improving the
// Accuracy of Winograd Convolution for Deep Neural Networks", 2020, on the choice of points.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// An odd number of lines of cache, so that what lies so far apart does not compete for the same
// few.
CONVOLENS_INLINE i64 odd_lines(i64 floats) {
    return ((floats + kLanes - 1) / kLanes | 1) * kLanes;
}

template <int M>
struct Filter;

// Each transform reads `from` with stride In and writes `to` with stride Out, in registers' arrays.
template <>
struct Filter<2> {
    static constexpr int kTile = 4;

    template <int In, int Out>
    CONVOLENS_INLINE static void input(const vec* from, vec* to) {
        const vec d0 = from[0], d1 = from[In], d2 = from[2 * In], d3 = from[3 * In];
        to[0] = d0 - d2;
        to[Out] = d1 + d2;
        to[2 * Out] = d2 - d1;
        to[3 * Out] = d3 - d1;
    }

    template <int In, int Out>
    CONVOLENS_INLINE static void output(const vec* from, vec* to) {
        const vec m0 = from[0], m1 = from[In], m2 = from[2 * In], m3 = from[3 * In];
        to[0] = m0 + (m1 + m2);
        to[Out] = (m1 - m2) + m3;
    }

    template <int In, int Out>
    CONVOLENS_INLINE static void weight(const vec* from, vec* to) {
        const vec half = broadcast(0.5f);
        const vec w0 = from[0], w1 = from[In], w2 = from[2 * In];
        const vec even = half * (w0 + w2), odd = half * w1;
        to[0] = w0;
        to[Out] = even + odd;
        to[2 * Out] = even - odd;
        to[3 * Out] = w2;
    }

    template <int In, int Out>
    CONVOLENS_INLINE static void upstream(const vec* from, vec* to) {
        const vec half = broadcast(0.5f);
        const vec g0 = from[0], g1 = from[In];
        to[0] = g0;
        to[Out] = half * (g0 + g1);
        to[2 * Out] = half * (g0 - g1);
        to[3 * Out] = g1;
    }

    template <int In, int Out>
    CONVOLENS_INLINE static void gradient(const vec* from, vec* to) {
        const vec m0 = from[0], m1 = from[In], m2 = from[2 * In], m3 = from[3 * In];
        to[0] = m0 + (m1 + m2);
        to[Out] = m1 - m2;
        to[2 * Out] = (m1 + m2) + m3;
    }
};

template <>
struct Filter<4> {
    static constexpr int kTile = 6;
    // The points 0, P, -P, Q, -Q and infinity. All constants are short binary fractions, and the
    // error is several times less than with the usual 1 and 2.
    static constexpr double P = 0.75, Q = 1.5, P2 = P * P, Q2 = Q * Q;

    static CONVOLENS_INLINE vec constant(double x) { return broadcast(static_cast<float>(x)); }

    template <int In, int Out>
    CONVOLENS_INLINE static void input(const vec* from, vec* to) {
        const vec p = constant(P), q = constant(Q), p2 = constant(P2), q2 = constant(Q2);
        const vec product = constant(P2 * Q2), sum = constant(P2 + Q2);
        const vec d0 = from[0], d1 = from[In], d2 = from[2 * In];
        const vec d3 = from[3 * In], d4 = from[4 * In], d5 = from[5 * In];
        const vec even_p = d4 - q2 * d2, odd_p = p * (d3 - q2 * d1);
        const vec even_q = d4 - p2 * d2, odd_q = q * (d3 - p2 * d1);
        to[0] = product * d0 + (d4 - sum * d2);
        to[Out] = even_p + odd_p;
        to[2 * Out] = even_p - odd_p;
        to[3 * Out] = even_q + odd_q;
        to[4 * Out] = even_q - odd_q;
        to[5 * Out] = product * d1 + (d5 - sum * d3);
    }

    template <int In, int Out>
    CONVOLENS_INLINE static void output(const vec* from, vec* to) {
        const vec p = constant(P), q = constant(Q), p2 = constant(P2), q2 = constant(Q2);
        const vec p3 = constant(P2 * P), q3 = constant(Q2 * Q);
        const vec m0 = from[0], m1 = from[In], m2 = from[2 * In];
        const vec m3 = from[3 * In], m4 = from[4 * In], m5 = from[5 * In];
        const vec even_p = m1 + m2, odd_p = m1 - m2, even_q = m3 + m4, odd_q = m3 - m4;
        to[0] = m0 + (even_p + even_q);
        to[Out] = p * odd_p + q * odd_q;
        to[2 * Out] = p2 * even_p + q2 * even_q;
        to[3 * Out] = (p3 * odd_p + q3 * odd_q) + m5;
    }

    // What the products at P and -P, at Q and -Q, and at 0 are divided by.
    static constexpr double kAtP = 1 / (2 * P2 * (P2 - Q2)), kAtQ = 1 / (2 * Q2 * (Q2 - P2));
    static constexpr double kAt0 = 1 / (P2 * Q2);

    template <int In, int Out>
    CONVOLENS_INLINE static void weight(const vec* from, vec* to) {
        const vec w0 = from[0], w1 = from[In], w2 = from[2 * In];
        const vec even_p = constant(kAtP) * w0 + constant(kAtP * P2) * w2;
        const vec even_q = constant(kAtQ) * w0 + constant(kAtQ * Q2) * w2;
        const vec odd_p = constant(kAtP * P) * w1, odd_q = constant(kAtQ * Q) * w1;
        to[0] = constant(kAt0) * w0;
        to[Out] = even_p + odd_p;
        to[2 * Out] = even_p - odd_p;
        to[3 * Out] = even_q + odd_q;
        to[4 * Out] = even_q - odd_q;
        to[5 * Out] = w2;
    }

    template <int In, int Out>
    CONVOLENS_INLINE static void upstream(const vec* from, vec* to) {
        const vec g0 = from[0], g1 = from[In], g2 = from[2 * In], g3 = from[3 * In];
        const vec even_p = constant(kAtP) * g0 + constant(kAtP * P2) * g2;
        const vec even_q = constant(kAtQ) * g0 + constant(kAtQ * Q2) * g2;
        const vec odd_p = constant(kAtP * P) * g1 + constant(kAtP * P2 * P) * g3;
        const vec odd_q = constant(kAtQ * Q) * g1 + constant(kAtQ * Q2 * Q) * g3;
        to[0] = constant(kAt0) * g0;
        to[Out] = even_p + odd_p;
        to[2 * Out] = even_p - odd_p;
        to[3 * Out] = even_q + odd_q;
        to[4 * Out] = even_q - odd_q;
        to[5 * Out] = g3;
    }

    template <int In, int Out>
    CONVOLENS_INLINE static void gradient(const vec* from, vec* to) {
        const vec p = constant(P), q = constant(Q), p2 = constant(P2), q2 = constant(Q2);
        const vec m0 = from[0], m1 = from[In], m2 = from[2 * In];
        const vec m3 = from[3 * In], m4 = from[4 * In], m5 = from[5 * In];
        const vec even_p = m1 + m2, even_q = m3 + m4;
        to[0] = m0 + (even_p + even_q);
        to[Out] = p * (m1 - m2) + q * (m3 - m4);
        to[2 * Out] = (p2 * even_p + q2 * even_q) + m5;
    }
};

// `count` numbers of each pixel [row][column] of a tile that begins at (top, left), zeros outside
// of the image; registers' arrays [Size][Size].
template <int Size, class Count>
CONVOLENS_INLINE void load_tile(const float* image, i64 h, i64 w, i64 c, i64 top, i64 left, vec* to,
                                Count count) {
    const bool inside = top >= 0 && left >= 0 && top + Size <= h && left + Size <= w;
    const float* first = image + (top * w + left) * c;
    if (inside) {
#pragma GCC unroll 6
        for (int i = 0; i < Size; ++i)
#pragma GCC unroll 6
            for (int j = 0; j < Size; ++j) to[i * Size + j] = load(first + (i * w + j) * c, count);
        return;
    }
    for (int i = 0; i < Size; ++i)
        for (int j = 0; j < Size; ++j) {
            const bool real = top + i >= 0 && top + i < h && left + j >= 0 && left + j < w;
            to[i * Size + j] = real ? load(first + (i * w + j) * c, count) : vec{};
        }
}

// Asks for the pixels that the tile below a tile reads and this one does not. They need not exist.
// Wide rows are not worth it: what is fetched would leave the first level of cache before its turn.
template <int M>
CONVOLENS_INLINE void fetch_below(const float* image, i64 w, i64 c, i64 top, i64 left) {
    constexpr i64 kWidest = 1024;
    if (w * c > kWidest) return;
    const float* first = image + ((top + M + 2) * w + left + 1) * c;
#pragma GCC unroll 4
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < M; ++j) __builtin_prefetch(first + (i * w + j) * c, 0, 3);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
