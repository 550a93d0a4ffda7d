// Winograd's minimal filtering: F(m x m, r x r), a tile of m x m outputs from (m + r - 1)^2
// products.
//
// Along one axis, with tile size t = m + r - 1 and t - 1 points of interpolation beside infinity:
//   outputs  y = AT [(G w) . (BT d)]          weights w[r], inputs d[t], outputs y[m]
//   weights  dw = CT [(H g) . (BT d)]         upstream g[m], inputs d[t], gradient dw[r]
// BT depends on the points only. G and H take the values of polynomials at the points, with r or m
// coefficients, AT and CT go the other way, for m or r numbers: so each tile size has three
// transforms. In two axes each matrix is applied along both. The products become matrix products
// over channels, one for each of the t x t places of a tile.
//
// Source: Winograd, "Arithmetic Complexity of Computations", 1980; Lavin and Gray, "Fast Algorithms
// for Convolutional Neural Networks", 2016; Barabasz et al., "Error Analysis and Improving the
// Accuracy of Winograd Convolution for Deep Neural Networks", 2020, on the choice of points.
#pragma once

#include "kernels/fetch.h"
#include "kernels/kernels.h"
#include "kernels/tile_grid.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

template <int T>
struct Points;

// Each transform reads `from` with stride In and writes `to` with stride Out, in registers' arrays.
// The points 0, 1, -1 and infinity.
template <>
struct Points<4> {
    template <int In, int Out>
    CONVOLENS_INLINE static void input(const vec* from, vec* to) {
        const vec d0 = from[0], d1 = from[In], d2 = from[2 * In], d3 = from[3 * In];
        to[0] = d0 - d2;
        to[Out] = d1 + d2;
        to[2 * Out] = d2 - d1;
        to[3 * Out] = d3 - d1;
    }

    // From the N coefficients of a polynomial to its values, divided as the algorithm needs it.
    template <int N, int In, int Out>
    CONVOLENS_INLINE static void values(const vec* from, vec* to) {
        const vec half = broadcast(0.5f);
        vec even = from[0];
        if constexpr (N > 2) even = even + from[2 * In];
        even = half * even;
        const vec odd = half * from[In];
        to[0] = from[0];
        to[Out] = even + odd;
        to[2 * Out] = even - odd;
        to[3 * Out] = from[(N - 1) * In];
    }

    // The transpose: N sums of what the points hold, times their powers.
    template <int N, int In, int Out>
    CONVOLENS_INLINE static void sums(const vec* from, vec* to) {
        const vec even = from[In] + from[2 * In], odd = from[In] - from[2 * In];
        to[0] = from[0] + even;
        to[Out] = odd;
        if constexpr (N > 2) to[2 * Out] = even;
        to[(N - 1) * Out] += from[3 * In];
    }
};

CONVOLENS_INLINE vec constant(double x) {
    return broadcast(static_cast<float>(x));
}

// The points 0, P, -P, Q and infinity: those of the larger tile, less one.
template <>
struct Points<5> {
    static constexpr double P = 0.75, Q = 1.5, P2 = P * P, Q2 = Q * Q;

    template <int In, int Out>
    CONVOLENS_INLINE static void input(const vec* from, vec* to) {
        const vec q = constant(Q), p2 = constant(P2);
        const vec d0 = from[0], d1 = from[In], d2 = from[2 * In];
        const vec d3 = from[3 * In], d4 = from[4 * In];
        const vec at_q = d3 - p2 * d1;
        const vec even = d3 - q * d2, odd = constant(P) * (d2 - q * d1);
        to[0] = at_q - q * (d2 - p2 * d0);
        to[Out] = even + odd;
        to[2 * Out] = even - odd;
        to[3 * Out] = at_q;
        to[4 * Out] = (d4 - p2 * d2) - q * at_q;
    }

    // What the products at 0, P, -P and Q are divided by.
    static constexpr double kAt0 = 1 / (P2 * Q), kAtP = 1 / (2 * P2 * (P - Q));
    static constexpr double kAtMinusP = -1 / (2 * P2 * (P + Q)), kAtQ = 1 / (Q * (Q2 - P2));

    template <int N, int In, int Out>
    CONVOLENS_INLINE static void values(const vec* from, vec* to) {
        vec even = from[0], odd = constant(P) * from[In];
        vec at_q = constant(kAtQ) * from[0] + constant(kAtQ * Q) * from[In];
        if constexpr (N > 2) {
            even = even + constant(P2) * from[2 * In];
            at_q = at_q + constant(kAtQ * Q2) * from[2 * In];
        }
        if constexpr (N > 3) {
            odd = odd + constant(P2 * P) * from[3 * In];
            at_q = at_q + constant(kAtQ * Q2 * Q) * from[3 * In];
        }
        to[0] = constant(kAt0) * from[0];
        to[Out] = constant(kAtP) * (even + odd);
        to[2 * Out] = constant(kAtMinusP) * (even - odd);
        to[3 * Out] = at_q;
        to[4 * Out] = from[(N - 1) * In];
    }

    template <int N, int In, int Out>
    CONVOLENS_INLINE static void sums(const vec* from, vec* to) {
        const vec even = from[In] + from[2 * In], odd = from[In] - from[2 * In];
        const vec at_q = from[3 * In];
        to[0] = from[0] + (even + at_q);
        to[Out] = constant(P) * odd + constant(Q) * at_q;
        if constexpr (N > 2) to[2 * Out] = constant(P2) * even + constant(Q2) * at_q;
        if constexpr (N > 3) to[3 * Out] = constant(P2 * P) * odd + constant(Q2 * Q) * at_q;
        to[(N - 1) * Out] += from[4 * In];
    }
};

// The points 0, P, -P, Q, -Q and infinity. All constants are short binary fractions, and the error
// is several times less than with the usual 1 and 2.
template <>
struct Points<6> {
    static constexpr double P = 0.75, Q = 1.5, P2 = P * P, Q2 = Q * Q;

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

    // What the products at P and -P, at Q and -Q, and at 0 are divided by.
    static constexpr double kAtP = 1 / (2 * P2 * (P2 - Q2)), kAtQ = 1 / (2 * Q2 * (Q2 - P2));
    static constexpr double kAt0 = 1 / (P2 * Q2);

    template <int N, int In, int Out>
    CONVOLENS_INLINE static void values(const vec* from, vec* to) {
        vec even_p = constant(kAtP) * from[0], even_q = constant(kAtQ) * from[0];
        vec odd_p = constant(kAtP * P) * from[In], odd_q = constant(kAtQ * Q) * from[In];
        if constexpr (N > 2) {
            even_p = even_p + constant(kAtP * P2) * from[2 * In];
            even_q = even_q + constant(kAtQ * Q2) * from[2 * In];
        }
        if constexpr (N > 3) {
            odd_p = odd_p + constant(kAtP * P2 * P) * from[3 * In];
            odd_q = odd_q + constant(kAtQ * Q2 * Q) * from[3 * In];
        }
        if constexpr (N > 4) {
            even_p = even_p + constant(kAtP * P2 * P2) * from[4 * In];
            even_q = even_q + constant(kAtQ * Q2 * Q2) * from[4 * In];
        }
        to[0] = constant(kAt0) * from[0];
        to[Out] = even_p + odd_p;
        to[2 * Out] = even_p - odd_p;
        to[3 * Out] = even_q + odd_q;
        to[4 * Out] = even_q - odd_q;
        to[5 * Out] = from[(N - 1) * In];
    }

    template <int N, int In, int Out>
    CONVOLENS_INLINE static void sums(const vec* from, vec* to) {
        const vec even_p = from[In] + from[2 * In], odd_p = from[In] - from[2 * In];
        const vec even_q = from[3 * In] + from[4 * In], odd_q = from[3 * In] - from[4 * In];
        to[0] = from[0] + (even_p + even_q);
        to[Out] = constant(P) * odd_p + constant(Q) * odd_q;
        if constexpr (N > 2) to[2 * Out] = constant(P2) * even_p + constant(Q2) * even_q;
        if constexpr (N > 3) to[3 * Out] = constant(P2 * P) * odd_p + constant(Q2 * Q) * odd_q;
        if constexpr (N > 4) to[4 * Out] = constant(P2 * P2) * even_p + constant(Q2 * Q2) * even_q;
        to[(N - 1) * Out] += from[5 * In];
    }
};

// F(M x M, R x R).
template <int M, int R>
struct Filter : Points<M + R - 1> {
    static constexpr int kOutputs = M, kTaps = R;
    static constexpr int kTile = M + R - 1, kPlaces = kTile * kTile;
};

// Calls body(filter) for F(m x m, r x r).
template <class Body>
CONVOLENS_INLINE void with_filter(i64 m, i64 r, Body body) {
    if (r == 2 && m == 3) {
        body(Filter<3, 2>{});
    } else if (r == 2) {
        body(Filter<4, 2>{});
    } else if (r == 4) {
        body(Filter<3, 4>{});
    } else if (r == 5) {
        body(Filter<2, 5>{});
    } else if (m == 2) {
        body(Filter<2, 3>{});
    } else {
        body(Filter<4, 3>{});
    }
}

// Asks, beside the numbers from channel c on of a tile of Size x Size pixels, for those that a
// later tile reads first, M pixels further on: of short rows the tile below, since it comes soon;
// of others the one to the right. `row` and `pixel` are the floats from one to the next. If
// `in_order`, pixels follow one another, and all of their channels are read.
template <int M, int Size>
CONVOLENS_INLINE void fetch_next_tile(const float* first, i64 row, i64 pixel, i64 c,
                                      bool in_order) {
    constexpr i64 kShort = 1024;
    const float* below = first + Size * row + (Size - M + 1) / 2 * pixel;
    const float* right = first + Size * pixel;
    if (in_order) {
        if (row <= kShort) {
            fetch_share<M, M>(below, row, c);
        } else {
            fetch_share<Size, M>(right, row, c);
        }
    } else if (row <= kShort) {
        fetch_pixels<M, M>(below + c, row, pixel);
    } else if (c % kLine == 0) {
        fetch_pixels<Size, M>(right + c, row, pixel);
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
