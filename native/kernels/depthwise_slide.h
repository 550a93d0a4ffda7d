// Neighbouring outputs of a row where each output channel reads one input channel: a register of
// channels of each, whose sums share the weights and, where taps are neighbours, the pixels.
#pragma once

#include "kernels/behind.h"
#include "kernels/kernels.h"
#include "kernels/repeat.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The taps [first, last) of the outputs of a row, and what is done beside adding them up.
struct Taps {
    const i64* offsets;  // floats from the first tap of output 0
    const float* weights;
    i64 weight_step;  // floats from tap to tap
    i64 first, last;
    i64 width;             // of the window's rows of neighbouring taps, or 0
    const float* bias;     // or null
    const Behind* behind;  // what outputs end with, or null
    i64 channel;           // of the first lane, for it
};

// Outputs [t] of a row, `step` floats apart in the image.
template <int Outputs, bool Repeat, class Count>
CONVOLENS_INLINE void tile(const float* x, i64 step, const Taps& taps, float* y, i64 y_step,
                           const Channels& channels, Count count) {
    vec sums[Outputs];
    const vec start = taps.bias ? load(taps.bias, count) : vec{};
#pragma GCC unroll 16
    for (int t = 0; t < Outputs; ++t) sums[t] = start;
    for (i64 tap = taps.first; tap < taps.last; ++tap) {
        const vec w = load(taps.weights + tap * taps.weight_step, count);
        const float* from = x + taps.offsets[tap];
#pragma GCC unroll 16
        for (int t = 0; t < Outputs; ++t)
            sums[t] += w * load_channels<Repeat>(from + t * step, channels, count);
    }
    if (taps.behind) finish_behind(*taps.behind, taps.channel, sums, y, y_step, count);
#pragma GCC unroll 16
    for (int t = 0; t < Outputs; ++t) store(y + t * y_step, sums[t], count);
}

// The sizes of tiles, largest first.
constexpr int kSizes[] = {8, 4, 1};

// Where outputs repeat their inputs, loads need a mask anyway. Fewer channels than lanes are no
// tile of the largest size.
template <int Outputs, bool Repeat>
void any_tile(const float* x, i64 step, const Taps& taps, float* y, i64 y_step,
              const Channels& channels) {
    if constexpr (Repeat) {
        tile<Outputs, Repeat>(x, step, taps, y, y_step, channels, channels.count);
    } else if (Outputs == kSizes[0] || channels.count == kLanes) {
        tile<Outputs, Repeat>(x, step, taps, y, y_step, channels, Whole{});
    } else if constexpr (Outputs < kSizes[0]) {
        tile<Outputs, Repeat>(x, step, taps, y, y_step, channels, channels.count);
    }
}

using AnyTile = void (*)(const float*, i64, const Taps&, float*, i64, const Channels&);

template <bool Repeat>
CONVOLENS_INLINE AnyTile tile_of(int size) {
    static constexpr AnyTile all[] = {any_tile<8, Repeat>, any_tile<4, Repeat>,
                                      any_tile<1, Repeat>};
    return all[size];
}

// Adds what `Width` neighbouring taps read, the first at `x`, to outputs `Step` pixels apart.
template <int Width, int Step, int Outputs, class Count>
CONVOLENS_INLINE void add_taps(vec (&sums)[Outputs], const float* x, i64 pixel,
                               const float* weights, i64 weight_step, Count count) {
    vec w[Width];
#pragma GCC unroll 8
    for (int s = 0; s < Width; ++s) w[s] = load(weights + s * weight_step, count);
#pragma GCC unroll 24
    for (int j = 0; j < (Outputs - 1) * Step + Width; ++j) {
        const vec v = load(x + j * pixel, count);
#pragma GCC unroll 8
        for (int s = 0; s < Width; ++s)
            if (j >= s && (j - s) % Step == 0 && (j - s) / Step < Outputs)
                sums[(j - s) / Step] += w[s] * v;
    }
}

// Rows of more neighbouring taps than `kMany` are cut into pieces of so many, of `kFew`, and of
// one.
constexpr int kMany = 7, kFew = 3;

// `Outputs` outputs, `Step` pixels apart, whose windows have rows of `Width` neighbouring taps, or
// of more than kMany if that is 0.
template <int Outputs, int Width, int Step, class Count>
CONVOLENS_INLINE void slide(const float* x, i64 pixel, const Taps& taps, float* y, i64 y_step,
                            Count count) {
    vec sums[Outputs];
    const vec start = taps.bias ? load(taps.bias, count) : vec{};
#pragma GCC unroll 8
    for (int t = 0; t < Outputs; ++t) sums[t] = start;
    const i64 step = taps.weight_step, width = Width > 0 ? Width : taps.width;
    for (i64 tap = taps.first; tap < taps.last; tap += width) {
        const float* weights = taps.weights + tap * step;
        const float* from = x + taps.offsets[tap];
        if constexpr (Width > 0) {
            add_taps<Width, Step>(sums, from, pixel, weights, step, count);
        } else {
            i64 s = 0;
            for (; s + kMany <= width; s += kMany)
                add_taps<kMany, Step>(sums, from + s * pixel, pixel, weights + s * step, step,
                                      count);
            for (; s + kFew <= width; s += kFew)
                add_taps<kFew, Step>(sums, from + s * pixel, pixel, weights + s * step, step,
                                     count);
            for (; s < width; ++s)
                add_taps<1, Step>(sums, from + s * pixel, pixel, weights + s * step, step, count);
        }
    }
    if (taps.behind) finish_behind(*taps.behind, taps.channel, sums, y, y_step, count);
#pragma GCC unroll 8
    for (int t = 0; t < Outputs; ++t) store(y + t * y_step, sums[t], count);
}

template <int Outputs, int Width, int Step, bool Narrow>
void any_slide(const float* x, i64 pixel, const Taps& taps, float* y, i64 y_step, i64 count) {
    if constexpr (Narrow) {
        slide<Outputs, Width, Step>(x, pixel, taps, y, y_step, count);
    } else {
        slide<Outputs, Width, Step>(x, pixel, taps, y, y_step, Whole{});
    }
}

using AnySlide = void (*)(const float*, i64, const Taps&, float*, i64, i64);

// Fewer channels than lanes are no tile of the largest size.
template <int Width, int Step, bool Narrow>
CONVOLENS_INLINE AnySlide slide_of(int size) {
    static constexpr AnySlide all[] = {Narrow ? nullptr : any_slide<8, Width, Step, false>,
                                       any_slide<4, Width, Step, Narrow>,
                                       any_slide<1, Width, Step, Narrow>};
    return all[size];
}

// The tile for rows of `width` taps at a step, of size kSizes[size]; null if there is none. Few
// taps a row are worth it only where loads need a mask.
template <bool Narrow>
CONVOLENS_INLINE AnySlide choose_slide(i64 width, i64 step, int size) {
    if (step == 1) {
        if (Narrow && width == 2) return slide_of<2, 1, true>(size);
        if (Narrow && width == 3) return slide_of<3, 1, true>(size);
        if (width == 5) return slide_of<5, 1, Narrow>(size);
        if (width == kMany) return slide_of<kMany, 1, Narrow>(size);
        if (width > kMany) return slide_of<0, 1, Narrow>(size);
    } else if (step == 2) {
        if (Narrow && width == 3) return slide_of<3, 2, true>(size);
        if (width == 5) return slide_of<5, 2, Narrow>(size);
        if (width == 7) return slide_of<7, 2, Narrow>(size);
    }
    return nullptr;
}

// Tiles of columns, of a size that leaves few to compute again: the last one ends with the last
// column. None is larger than kSizes[largest].
template <class Body>
CONVOLENS_INLINE void for_each_tile_size(i64 columns, int largest, Body body) {
    for (i64 done = 0; done < columns;) {
        int size = 2;
        while (size > largest && kSizes[size] < columns - done && kSizes[size - 1] <= columns)
            --size;
        const i64 last = columns - kSizes[size];
        body(done < last ? done : last, size);
        done += kSizes[size];
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
