// A window whose taps are neighbours both ways, and the part of it that lies inside an image.
#pragma once

#include "kernels/fetch.h"
#include "kernels/source.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Larger windows have more weights than there are registers.
constexpr int kLargestWindow = 3;

struct DenseWindow {
    i64 height, width;  // 0 if taps are no neighbours, or none
    i64 down;           // 1, or -1 where rows of taps ascend in the image

    bool is_small() const {
        return width > 0 && width <= kLargestWindow && height <= kLargestWindow;
    }
};

[[maybe_unused]] DenseWindow dense_window(const Segments& taps) {
    const i64 width = width_of(taps);
    const i64 height = width == 0 ? 0 : taps.count / width;
    if (height == 0) return {};
    const i64 down = height == 1 ? 1 : taps.dy[width] - taps.dy[0];
    if (down != 1 && down != -1) return {};
    for (i64 r = 1; r < height; ++r)
        if (taps.dy[r * width] - taps.dy[(r - 1) * width] != down) return {};
    return {height, width, down};
}

// Those of `count` places, the first at `at` and each a `step` further, that lie in 0 .. size.
[[maybe_unused]] Inside places_inside(i64 at, i64 step, i64 count, i64 size) {
    return inside_of(count, [&](i64 number) {
        const i64 place = at + number * step;
        return place >= 0 && place < size;
    });
}

// Whether an output of `outputs`, `step` pixels apart, reads a pixel by a tap: output
// (pixel - tap) / step. Both are counted from the first pixel of the first output.
constexpr bool reads(int outputs, int step, int pixel, int tap) {
    return pixel >= tap && (pixel - tap) % step == 0 && (pixel - tap) / step < outputs;
}

template <class Args>
CONVOLENS_INLINE i64 image_floats(const Args& args) {
    return args.n * args.h * args.w * args.c;
}

// Images that are hardly larger than the second cache.
constexpr i64 kNearFloats = 1 << 18;

template <class Args>
CONVOLENS_INLINE bool is_near(const Args& args) {
    return image_floats(args) < kNearFloats;
}

// Images for which tiles ask ahead: processors follow rows of memory by themselves, but not tiles.
// Of smaller ones asking takes longer than what it saves, and so it does where the pixels of a
// tile, 2 KB apart, compete for a few lines of the first cache.
constexpr i64 kFarFloats = 1 << 19, kFarChannels = 512;

template <class Args>
CONVOLENS_INLINE bool lies_far(const Args& args) {
    return image_floats(args) >= kFarFloats && args.c < kFarChannels;
}

// Whether neighbouring outputs read pixels so many floats apart, or a multiple, that all of a tile
// or of a strip lie in a few sets of the first cache, and drive each other out.
constexpr i64 kCompeting = 256;

template <class Args>
CONVOLENS_INLINE bool pixels_compete(const Args& args) {
    return args.column_step * args.c % kCompeting == 0;
}

// Asks for what windows of `Height` rows read, of `Rows` x `Columns` outputs: for a register's
// share of the rows that those of the outputs above do not read. None of them need exist.
template <int Rows, int Columns, int Height, int Step>
CONVOLENS_INLINE void fetch_windows(const float* x, i64 x_row, i64 channel) {
    constexpr int kShared = Height > Step ? Height - Step : 0;
    constexpr int kRead = (Rows - 1) * Step + Height;
    // Rows listed from below end with the shared ones.
    fetch_share<kRead - kShared, Columns * Step>(x_row > 0 ? x + kShared * x_row : x, x_row,
                                                 channel);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
