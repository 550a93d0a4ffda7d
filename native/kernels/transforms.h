// How tiles are transformed.
//
// Each transform has image, kernel, upstream, outputs and gradients, lane by lane: see
// FourierSquare.
#pragma once

#include "kernels/fourier.h"
#include "kernels/winograd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Winograd's F(7 - r, r) along a line: 6 products for 5, 4 or 3 outputs.
template <Transform transform>
struct WinogradLine {
    static constexpr Transform kTransform = transform;
    static constexpr int kTile = sizes_of(transform).width, kTaps = sizes_of(transform).taps;
    static constexpr int kOutputs = kTile + 1 - kTaps;
    using At = Points<kTile>;

    template <class Pixel, class Put>
    CONVOLENS_INLINE static void image(Pixel pixel, Put put) {
        vec line[kTile], found[kTile];
        for (int j = 0; j < kTile; ++j) line[j] = pixel(0, j);
        At::template input<1, 1>(line, found);
        for (int j = 0; j < kTile; ++j) put(j, found[j]);
    }

    template <class Tap, class Put>
    CONVOLENS_INLINE static void kernel(i64, i64, Tap tap, Put put) {
        values<kTaps>(tap, put);
    }

    template <class Output, class Put>
    CONVOLENS_INLINE static void upstream(i64, i64, Output output, Put put) {
        values<kOutputs>(output, put);
    }

    template <class Get, class Put>
    CONVOLENS_INLINE static void outputs(i64, i64 width, Get get, Put put) {
        sums<kOutputs>(width, get, put);
    }

    template <class Get, class Put>
    CONVOLENS_INLINE static void gradients(i64, i64 width, Get get, Put put) {
        sums<kTaps>(width, get, put);
    }

  private:
    template <int N, class Coefficient, class Put>
    CONVOLENS_INLINE static void values(Coefficient coefficient, Put put) {
        vec line[N], found[kTile];
        for (int j = 0; j < N; ++j) line[j] = coefficient(0, j);
        At::template values<N, 1, 1>(line, found);
        for (int j = 0; j < kTile; ++j) put(j, found[j]);
    }

    template <int N, class Get, class Put>
    CONVOLENS_INLINE static void sums(i64 width, Get get, Put put) {
        vec products[kTile], found[N];
        for (int j = 0; j < kTile; ++j) products[j] = get(j);
        At::template sums<N, 1, 1>(products, found);
        for (int j = 0; j < N; ++j)
            if (j < width) put(0, j, found[j]);
    }
};

// Calls body(transform).
template <class Body>
CONVOLENS_INLINE void with_transform(Transform transform, Body body) {
    if (transform == Transform::kFourier) {
        body(FourierSquare{});
    } else if (transform == Transform::kFourierLine) {
        body(FourierLine<Transform::kFourierLine>{});
    } else if (transform == Transform::kFourierLongLine) {
        body(FourierLine<Transform::kFourierLongLine>{});
    } else if (transform == Transform::kWinogradLine2) {
        body(WinogradLine<Transform::kWinogradLine2>{});
    } else if (transform == Transform::kWinogradLine3) {
        body(WinogradLine<Transform::kWinogradLine3>{});
    } else {
        body(WinogradLine<Transform::kWinogradLine4>{});
    }
}

// The pixels of a tile that is transformed.
template <class T>
using TransformPixels = Pixels<sizes_of(T::kTransform).height, sizes_of(T::kTransform).width>;

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
