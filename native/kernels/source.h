// The rows of an image that a block of outputs reads, with zeros where windows leave it sideways.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Where a block of output rows finds its inputs: output (row, column), counted from the block's
// first row, and segment s begin at
//   origin + row * row_step + column * column_step + offsets[s].
struct Source {
    const float* origin;
    i64 row_step, column_step;
};

[[maybe_unused]] void copy(float* to, const float* from, i64 count) {
    for_each_register(0, count,
                      [&](i64 i, auto lanes) { store(to + i, load(from + i, lanes), lanes); });
}

void clear(float* to, i64 count) {
    for_each_register(0, count, [&](i64 i, auto lanes) { store(to + i, vec{}, lanes); });
}

CONVOLENS_INLINE i64 clamp(i64 x, i64 low, i64 high) {
    return x < low ? low : x > high ? high : x;
}

// The rows of some channels. All of them are pointed to where all windows of the block lie inside
// the image; else they are copied to `buffer`, padded and side by side. Args is WindowArgs or
// WeightGradArgs. Fills `offsets`, one a segment.
template <class Args>
Source channel_rows(const Args& args, i64 image, i64 first_row, i64 rows, i64 columns,
                    i64 first_channel, i64 channels, float* buffer, i64* offsets) {
    const Segments& taps = args.segments;
    const i64 top = args.row_origin + first_row * args.row_step + taps.dy_min;
    const i64 height = (rows - 1) * args.row_step + taps.dy_max - taps.dy_min + 1;
    const i64 left = args.column_origin + taps.dx_min;
    const i64 width = (columns - 1) * args.column_step + taps.dx_max - taps.dx_min + 1;
    const float* x = args.x + image * args.h * args.w * args.c + first_channel;
    const bool all = channels == args.c;
    const bool inside =
        all && top >= 0 && top + height <= args.h && left >= 0 && left + width <= args.w;
    const i64 line = (inside ? args.w : width) * channels;
    for (i64 s = 0; s < taps.count; ++s)
        offsets[s] = (taps.dy[s] - taps.dy_min) * line + (taps.dx[s] - taps.dx_min) * channels;
    const Source source{inside ? x + (top * args.w + left) * args.c : buffer, args.row_step * line,
                        args.column_step * channels};
    if (inside) return source;
    const i64 begin = clamp(-left, 0, width);
    const i64 end = clamp(args.w - left, begin, width);
    for (i64 y = 0; y < height; ++y) {
        float* to = buffer + y * line;
        if (top + y < 0 || top + y >= args.h) continue;  // no tap reads it: see segments_inside
        const float* from = x + ((top + y) * args.w + left) * args.c;
        clear(to, begin * channels);
        if (all) {
            copy(to + begin * channels, from + begin * args.c, (end - begin) * channels);
        } else {
            for (i64 i = begin; i < end; ++i) copy(to + i * channels, from + i * args.c, channels);
        }
        clear(to + end * channels, (width - end) * channels);
    }
    return source;
}

// The rows of all channels.
template <class Args>
Source source_rows(const Args& args, i64 image, i64 first_row, i64 rows, i64 columns, float* buffer,
                   i64* offsets) {
    return channel_rows(args, image, first_row, rows, columns, 0, args.c, buffer, offsets);
}

// Those of one group of several, side by side.
template <class Args>
Source group_rows(const Args& args, i64 image, i64 first_row, i64 rows, i64 columns, i64 group,
                  float* buffer, i64* offsets) {
    return channel_rows(args, image, first_row, rows, columns, group * args.group_channels,
                        args.group_channels, buffer, offsets);
}

struct Inside {
    i64 first, last;
};

// Those of `count` neighbours [first, last) that are inside: none lies between two that are not.
template <class Test>
CONVOLENS_INLINE Inside inside_of(i64 count, Test is_inside) {
    i64 first = 0, last = count;
    while (first < last && !is_inside(first)) ++first;
    while (last > first && !is_inside(last - 1)) --last;
    return {first, last};
}

// The segments whose row lies inside the image for output row `row`, counted from the top of the
// output. Their rows ascend or descend, so they are neighbours.
template <class Args>
CONVOLENS_INLINE Inside segments_inside(const Args& args, i64 row) {
    const i64 origin = args.row_origin + row * args.row_step;
    return inside_of(args.segments.count, [&](i64 s) {
        const i64 y = origin + args.segments.dy[s];
        return y >= 0 && y < args.h;
    });
}

// The outputs of a row of `columns` whose taps all lie inside the image from side to side.
template <class Args>
CONVOLENS_INLINE Inside columns_inside(const Args& args, i64 columns) {
    return inside_of(columns, [&](i64 column) {
        const i64 x = args.column_origin + column * args.column_step;
        return x + args.segments.dx_min >= 0 && x + args.segments.dx_max < args.w;
    });
}

// The same of rows, from above to below.
template <class Args>
CONVOLENS_INLINE Inside rows_inside(const Args& args, i64 rows) {
    return inside_of(rows, [&](i64 row) {
        const i64 y = args.row_origin + row * args.row_step;
        return y + args.segments.dy_min >= 0 && y + args.segments.dy_max < args.h;
    });
}

// How many neighbouring taps each row of the window has, or 0 if they are no neighbours.
CONVOLENS_INLINE i64 width_of(const Segments& taps) {
    i64 width = 1;
    while (width < taps.count && taps.dy[width] == taps.dy[0]) ++width;
    if (taps.count % width != 0) return 0;
    for (i64 s = 0; s < taps.count; ++s)
        if (taps.dx[s] != taps.dx[0] + s % width || taps.dy[s] != taps.dy[s / width * width])
            return 0;
    return width;
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
