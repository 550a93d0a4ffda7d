// One input channel, stride 1: neighbouring outputs of an image fill the lanes of a register.
//
// With few output channels, registers of channels would be mostly empty. Here a tap is one number
// for a whole register of outputs, which read neighbouring pixels: no patches, no empty lanes. An
// image's padded rows are one line, so a register may begin anywhere; what it computes between the
// end of a row and the beginning of the next is thrown away.
#pragma once

#include "kernels/kernels.h"
#include "kernels/source.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Output channels that are turned from lanes to rows at a time.
constexpr int kPlanes = kLanes < 8 ? kLanes : 8;

// The padded rows of a block of outputs as one line, and where its taps lie.
struct Line {
    const float* pixels;
    i64 width;   // of a padded row
    i64 length;  // from the first output to the last, those between rows included
    i64 taps;
    const i64* offsets;  // one a tap
};

// Fills `offsets` with how far each tap lies from the first, in rows of `width`.
void tap_offsets(const Segments& taps, i64 width, i64* offsets) {
    for (i64 s = 0; s < taps.count; ++s)
        for (i64 j = 0; j < taps.run; ++j)
            *offsets++ = (taps.dy[s] - taps.dy_min) * width + taps.dx[s] - taps.dx_min + j;
}

// Scratch of a line: offsets of taps as i64, then the padded rows and a register of zeros.
template <class Args>
Line padded_line(const Args& args, i64 image, i64 first_row, i64 rows, i64 columns,
                 float* scratch) {
    const Segments& taps = args.segments;
    i64* offsets = reinterpret_cast<i64*>(scratch);
    float* buffer = scratch + 2 * taps.count * taps.run;
    const i64 top = args.row_origin + first_row + taps.dy_min;
    const i64 left = args.column_origin + taps.dx_min;
    const i64 height = rows + taps.dy_max - taps.dy_min;
    const i64 width = columns + taps.dx_max - taps.dx_min;
    tap_offsets(taps, width, offsets);
    const i64 begin = clamp(-left, 0, width);
    const i64 end = clamp(args.w - left, begin, width);
    for (i64 y = 0; y < height; ++y) {
        float* to = buffer + y * width;
        const bool inside = top + y >= 0 && top + y < args.h;
        if (!inside || begin > 0 || end < width) clear(to, width);
        if (inside)
            copy(to + begin, args.x + (image * args.h + top + y) * args.w + left + begin,
                 end - begin);
    }
    store(buffer + height * width, vec{});
    store(buffer + height * width + kLanes, vec{});
    return {buffer, width, (rows - 1) * width + columns, taps.count * taps.run,
            reinterpret_cast<i64*>(scratch)};
}

// The lanes of kPlanes registers, turned: row j then holds lanes j, j + kPlanes, ... of all of
// them, kPlanes numbers each.
CONVOLENS_INLINE void turn(vec (&rows)[kPlanes]) {
    constexpr typename Count<kLanes>::type lanes{};
    if constexpr (kPlanes >= 8) swap_blocks<4>(rows, lanes);
    swap_blocks<2>(rows, lanes);
    swap_blocks<1>(rows, lanes);
}

// The `block`-th kPlanes lanes, moved to the front.
template <int... I>
CONVOLENS_INLINE vec block_of(vec x, int block, Indices<I...>) {
    if constexpr (kLanes > kPlanes)
        if (block == 1) return __builtin_shufflevector(x, x, ((I + kPlanes) % kLanes)...);
    return x;
}

// `x` with its second block replaced by the first one of `second`.
template <int... I>
CONVOLENS_INLINE vec second_block(vec x, vec second, Indices<I...>) {
    return __builtin_shufflevector(x, second, (I < kPlanes ? I : I - kPlanes + kLanes)...);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
