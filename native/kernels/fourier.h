// Discrete Fourier transforms of tiles of 16 x 16 real numbers, lane by lane.
//
// A real row of 16 has 9 complex frequencies, of which those of 0 and 8 are real: 16 numbers. Along
// the columns these two are real rows again, and the seven others complex ones. What is left, 130
// complex numbers, are the places of a tile.
//
// A circular correlation is, place by place, the product of the one transform with the conjugate
// of the other. Of a complex product Gauss makes three real ones, so a place has three numbers:
//   (a + ib)(c + id) = (k1 - k3) + i(k1 + k2),  k1 = c(a + b), k2 = a(d - c), k3 = b(c + d)
//
// Source: Cooley and Tukey, "An Algorithm for the Machine Calculation of Complex Fourier Series",
// 1965; Mathieu, Henaff and LeCun, "Fast Training of Convolutional Networks through FFTs", 2014.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

constexpr int kSide = sizes_of(Transform::kFourier).width;
constexpr int kFrequencies = kSide / 2 + 1;

struct Complex {
    vec re, im;
};

CONVOLENS_INLINE Complex operator+(const Complex& a, const Complex& b) {
    return {a.re + b.re, a.im + b.im};
}

CONVOLENS_INLINE Complex operator-(const Complex& a, const Complex& b) {
    return {a.re - b.re, a.im - b.im};
}

CONVOLENS_INLINE Complex conjugate(const Complex& a) {
    return {a.re, -a.im};
}

// a exp(sign 2 pi i k / n), for k up to n / 2.
template <int Sign>
CONVOLENS_INLINE Complex turn(const Complex& a, int k, int n) {
    // cos(2 pi j / 32) for j up to 16.
    constexpr int kWhole = 32, kQuarter = kWhole / 4;
    constexpr float kCosines[] = {
        1.0f,          0.980785280f,  0.923879533f,  0.831469612f,  0.707106781f,  0.555570233f,
        0.382683432f,  0.195090322f,  0.0f,          -0.195090322f, -0.382683432f, -0.555570233f,
        -0.707106781f, -0.831469612f, -0.923879533f, -0.980785280f, -1.0f};
    const int j = k * kWhole / n;
    if (j == 0) return a;
    if (j == kQuarter) return Sign < 0 ? Complex{a.im, -a.re} : Complex{-a.im, a.re};
    const vec c = broadcast(kCosines[j]);
    const vec s = broadcast(Sign * kCosines[j <= kQuarter ? kQuarter - j : j - kQuarter]);
    return {a.re * c - a.im * s, a.im * c + a.re * s};
}

// to[k] = sum over j of x[j Step] exp(-2 pi i j k / N), for k up to N / 2. The first and the last
// are real.
template <int N, int Step>
CONVOLENS_INLINE void transform_real(const vec* x, Complex* to) {
    if constexpr (N == 2) {
        to[0].re = x[0] + x[Step];
        to[1].re = x[0] - x[Step];
    } else {
        Complex even[N / 4 + 1], odd[N / 4 + 1];
        transform_real<N / 2, 2 * Step>(x, even);
        transform_real<N / 2, 2 * Step>(x + Step, odd);
        to[0].re = even[0].re + odd[0].re;
        to[N / 2].re = even[0].re - odd[0].re;
        to[N / 4] = {even[N / 4].re, -odd[N / 4].re};
#pragma GCC unroll 4
        for (int k = 1; k < N / 4; ++k) {
            const Complex t = turn<-1>(odd[k], k, N);
            to[k] = even[k] + t;
            to[N / 2 - k] = conjugate(even[k] - t);
        }
    }
}

// The inverse, times N.
template <int N, int Step>
CONVOLENS_INLINE void restore_real(const Complex* x, vec* to) {
    if constexpr (N == 2) {
        to[0] = x[0].re + x[1].re;
        to[Step] = x[0].re - x[1].re;
    } else {
        Complex even[N / 4 + 1], odd[N / 4 + 1];
        even[0].re = x[0].re + x[N / 2].re;
        odd[0].re = x[0].re - x[N / 2].re;
        even[N / 4].re = x[N / 4].re + x[N / 4].re;
        odd[N / 4].re = -(x[N / 4].im + x[N / 4].im);
#pragma GCC unroll 4
        for (int k = 1; k < N / 4; ++k) {
            const Complex other = conjugate(x[N / 2 - k]);
            even[k] = x[k] + other;
            odd[k] = turn<1>(x[k] - other, k, N);
        }
        restore_real<N / 2, 2 * Step>(even, to);
        restore_real<N / 2, 2 * Step>(odd, to + Step);
    }
}

// to[k] = sum over j of x[j Step] exp(Sign 2 pi i j k / N).
template <int N, int Step, int Sign>
CONVOLENS_INLINE void transform_complex(const Complex* x, Complex* to) {
    if constexpr (N == 1) {
        to[0] = x[0];
    } else {
        Complex even[N / 2], odd[N / 2];
        transform_complex<N / 2, 2 * Step, Sign>(x, even);
        transform_complex<N / 2, 2 * Step, Sign>(x + Step, odd);
#pragma GCC unroll 8
        for (int k = 0; k < N / 2; ++k) {
            const Complex t = turn<Sign>(odd[k], k, N);
            to[k] = even[k] + t;
            to[k + N / 2] = even[k] - t;
        }
    }
}

// A tile whose rows are transformed: [row], of each row the real frequencies 0 and 8 and then the
// parts of those from 1 to 7.
struct HalfTile {
    vec rows[kSide][kSide];

    // Where the parts of a frequency lie in a row.
    static constexpr int re(int frequency) { return frequency == kSide / 2 ? 1 : 2 * frequency; }
    static constexpr int im(int frequency) { return 2 * frequency + 1; }

    // The first `height` rows of so many pixels(row, column); all others are zero.
    template <class Pixel>
    CONVOLENS_INLINE void transform_rows(i64 height, i64 width, Pixel pixel) {
        vec row[kSide];
        for (int i = 0; i < kSide; ++i) {
            if (i < height) {
                for (int j = 0; j < kSide; ++j) row[j] = j < width ? pixel(i, j) : vec{};
                transform_row(i, row);
            } else {
                for (vec& number : rows[i]) number = vec{};
            }
        }
    }

    __attribute__((noinline)) void transform_row(int row, const vec* x) {
        Complex found[kFrequencies];
        transform_real<kSide, 1>(x, found);
        rows[row][re(0)] = found[0].re;
        rows[row][re(kSide / 2)] = found[kSide / 2].re;
#pragma GCC unroll 8
        for (int v = 1; v < kSide / 2; ++v) {
            rows[row][re(v)] = found[v].re;
            rows[row][im(v)] = found[v].im;
        }
    }

    __attribute__((noinline)) void restore_row(int row, vec* x) const {
        Complex found[kFrequencies];
        found[0].re = rows[row][re(0)];
        found[kSide / 2].re = rows[row][re(kSide / 2)];
#pragma GCC unroll 8
        for (int v = 1; v < kSide / 2; ++v) found[v] = {rows[row][re(v)], rows[row][im(v)]};
        restore_real<kSide, 1>(found, x);
    }

    // A column of real numbers has kFrequencies frequencies.
    __attribute__((noinline)) void transform_real_column(int column, Complex* to) const {
        transform_real<kSide, kSide>(rows[0] + column, to);
        to[0].im = to[kSide / 2].im = vec{};
    }

    __attribute__((noinline)) void restore_real_column(const Complex* from, int column) {
        restore_real<kSide, kSide>(from, rows[0] + column);
    }

    __attribute__((noinline)) void transform_column(int frequency, Complex* to) const {
        Complex column[kSide];
#pragma GCC unroll 16
        for (int i = 0; i < kSide; ++i)
            column[i] = {rows[i][re(frequency)], rows[i][im(frequency)]};
        transform_complex<kSide, 1, -1>(column, to);
    }

    __attribute__((noinline)) void restore_column(const Complex* from, int frequency) {
        Complex column[kSide];
        transform_complex<kSide, 1, 1>(from, column);
#pragma GCC unroll 16
        for (int i = 0; i < kSide; ++i) {
            rows[i][re(frequency)] = column[i].re;
            rows[i][im(frequency)] = column[i].im;
        }
    }

    // Calls put(place, number) for all places.
    template <class Put>
    CONVOLENS_INLINE void transform_columns(Put put) const {
        Complex column[kSide];
        int place = 0;
        for (int v = 0; v < kFrequencies; ++v) {
            const bool real = v % (kSide / 2) == 0;
            if (real) {
                transform_real_column(re(v), column);
            } else {
                transform_column(v, column);
            }
            for (int u = 0; u < (real ? kFrequencies : kSide); ++u) put(place++, column[u]);
        }
    }

    // The other way round, from get(place).
    template <class Get>
    CONVOLENS_INLINE void restore_columns(Get get) {
        Complex column[kSide];
        int place = 0;
        for (int v = 0; v < kFrequencies; ++v) {
            const bool real = v % (kSide / 2) == 0;
            for (int u = 0; u < (real ? kFrequencies : kSide); ++u) column[u] = get(place++);
            if (real) {
                restore_real_column(column, re(v));
            } else {
                restore_column(column, v);
            }
        }
    }
};

// Calls put(number, x) for the numbers of a place that an image has in a product.
template <class Put>
CONVOLENS_INLINE void put_image(int number, const Complex& x, Put put) {
    put(number, x.re + x.im);
    put(number + 1, x.re);
    put(number + 2, x.im);
}

// The same of weights, whose transforms are conjugated and divided by what both ways multiply by.
template <class Put>
CONVOLENS_INLINE void put_weights(int number, const Complex& w, const vec& scale, Put put) {
    put(number, scale * w.re);
    put(number + 1, scale * -(w.im + w.re));
    put(number + 2, scale * (w.re - w.im));
}

// What the three products of a place, get(number), are the sums of.
template <class Get>
CONVOLENS_INLINE Complex get_product(int number, Get get) {
    const vec k1 = get(number);
    return {k1 - get(number + 2), k1 + get(number + 1)};
}

// Tiles of 16 x 16 pixels.
struct FourierSquare {
    static constexpr Transform kTransform = Transform::kFourier;

    // Calls put(number, x) for the numbers of a tile of pixels(row, column).
    template <class Pixel, class Put>
    CONVOLENS_INLINE static void image(Pixel pixel, Put put) {
        HalfTile half;
        half.transform_rows(kSide, kSide, pixel);
        half.transform_columns([&](int place, const Complex& x)
                                   CONVOLENS_INLINED { put_image(3 * place, x, put); });
    }

    // The same of a kernel's taps.
    template <class Tap, class Put>
    CONVOLENS_INLINE static void kernel(i64 height, i64 width, Tap tap, Put put) {
        const vec scale = broadcast(1.0f / (kSide * kSide));
        HalfTile half;
        half.transform_rows(height, width, tap);
        half.transform_columns([&](int place, const Complex& w)
                                   CONVOLENS_INLINED { put_weights(3 * place, w, scale, put); });
    }

    // The same of the upstream gradient of a tile's outputs.
    template <class Output, class Put>
    CONVOLENS_INLINE static void upstream(i64 height, i64 width, Output output, Put put) {
        kernel(height, width, output, put);
    }

    // Calls put(row, column, y) for the outputs of products get(number).
    template <class Get, class Put>
    CONVOLENS_INLINE static void outputs(i64 height, i64 width, Get get, Put put) {
        HalfTile half;
        half.restore_columns([&](int place)
                                 CONVOLENS_INLINED { return get_product(3 * place, get); });
        vec row[kSide];
        for (int i = 0; i < height; ++i) {
            half.restore_row(i, row);
            for (int j = 0; j < width; ++j) put(i, j, row[j]);
        }
    }

    // The same for the gradients of a kernel's taps.
    template <class Get, class Put>
    CONVOLENS_INLINE static void gradients(i64 height, i64 width, Get get, Put put) {
        outputs(height, width, get, put);
    }
};

// Tiles of so many pixels of a line: two real frequencies, and complex ones.
template <Transform transform>
struct FourierLine {
    static constexpr Transform kTransform = transform;
    static constexpr int kSide = sizes_of(transform).width;
    static constexpr int kFrequencies = kSide / 2 + 1;

    template <class Pixel, class Put>
    CONVOLENS_INLINE static void image(Pixel pixel, Put put) {
        vec line[kSide];
#pragma GCC unroll 32
        for (int j = 0; j < kSide; ++j) line[j] = pixel(0, j);
        Complex found[kFrequencies];
        transform_real<kSide, 1>(line, found);
        put(0, found[0].re);
        put(1, found[kSide / 2].re);
#pragma GCC unroll 16
        for (int v = 1; v < kSide / 2; ++v) put_image(number(v), found[v], put);
    }

    template <class Tap, class Put>
    CONVOLENS_INLINE static void kernel(i64, i64 width, Tap tap, Put put) {
        const vec scale = broadcast(1.0f / kSide);
        vec line[kSide];
        for (int j = 0; j < kSide; ++j) line[j] = j < width ? tap(0, j) : vec{};
        Complex found[kFrequencies];
        transform_real<kSide, 1>(line, found);
        put(0, scale * found[0].re);
        put(1, scale * found[kSide / 2].re);
#pragma GCC unroll 16
        for (int v = 1; v < kSide / 2; ++v) put_weights(number(v), found[v], scale, put);
    }

    template <class Output, class Put>
    CONVOLENS_INLINE static void upstream(i64 height, i64 width, Output output, Put put) {
        kernel(height, width, output, put);
    }

    template <class Get, class Put>
    CONVOLENS_INLINE static void outputs(i64, i64 width, Get get, Put put) {
        Complex found[kFrequencies];
        found[0].re = get(0);
        found[kSide / 2].re = get(1);
#pragma GCC unroll 16
        for (int v = 1; v < kSide / 2; ++v) found[v] = get_product(number(v), get);
        vec line[kSide];
        restore_real<kSide, 1>(found, line);
        for (int j = 0; j < width; ++j) put(0, j, line[j]);
    }

    template <class Get, class Put>
    CONVOLENS_INLINE static void gradients(i64 height, i64 width, Get get, Put put) {
        outputs(height, width, get, put);
    }

  private:
    static constexpr int number(int frequency) { return 3 * frequency - 1; }
};

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
