// How tiles are transformed, and where they lie.
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

// Where the outputs of a tile begin, and how many it has inside of the image.
struct TilePlace {
    i64 image, row, column;
    i64 height, width;

    // Of a tile that is counted over the whole batch.
    TilePlace(const TransformTiles& tiles, i64 tile) {
        const i64 per_image = tiles.rows * tiles.columns, at = tile % per_image;
        const i64 across = tiles.down ? at / tiles.rows : at % tiles.columns;
        image = tile / per_image;
        row = (tiles.down ? at % tiles.rows : at / tiles.columns) * tiles.height;
        // Tiles of neighbouring steps begin side by side.
        column = across / tiles.step * tiles.width * tiles.step + across % tiles.step;
        const i64 left = (tiles.q - column + tiles.step - 1) / tiles.step;
        height = tiles.p - row < tiles.height ? tiles.p - row : tiles.height;
        width = left < tiles.width ? left : tiles.width;
    }
};

// Where the pixels of a tile lie; outside of the image in a pixel of zeros.
template <class T>
struct TilePixels {
    static constexpr TransformSizes kSizes = sizes_of(T::kTransform);
    const float* at[kSizes.height * kSizes.width];

    // The tile at (top, left) of an image.
    TilePixels(const float* image, i64 row_step, i64 pixel, i64 h, i64 w, i64 top, i64 left,
               i64 step, const float* zeros) {
        for (i64 i = 0; i < kSizes.height; ++i) {
            const bool inside = top + i >= 0 && top + i < h;
            for (i64 j = 0; j < kSizes.width; ++j) {
                const i64 column = left + j * step;
                at[i * kSizes.width + j] = inside && column >= 0 && column < w
                                               ? image + (top + i) * row_step + column * pixel
                                               : zeros;
            }
        }
    }

    // The pixels of x that a tile of outputs reads.
    static TilePixels read_by(const TransformTiles& tiles, const TilePlace& place, const float* x,
                              const float* zeros) {
        return {x + place.image * tiles.x_image,
                tiles.x_row,
                tiles.x_pixel,
                tiles.h,
                tiles.w,
                tiles.row_origin + place.row,
                tiles.column_origin + place.column,
                tiles.step,
                zeros};
    }

    // The outputs of a tile themselves.
    static TilePixels of(const TransformTiles& tiles, const TilePlace& place, const float* y,
                         const float* zeros) {
        return {y + place.image * tiles.y_image,
                tiles.y_row,
                tiles.y_pixel,
                tiles.p,
                tiles.q,
                place.row,
                place.column,
                tiles.step,
                zeros};
    }

    // What loads `count` numbers of a pixel from channel c on.
    template <class Count>
    CONVOLENS_INLINE auto from(i64 c, Count count) const {
        return [this, c, count](i64 i, i64 j)
                   CONVOLENS_INLINED { return load(at[i * kSizes.width + j] + c, count); };
    }
};

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
