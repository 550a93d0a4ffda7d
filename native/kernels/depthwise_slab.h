// Rows of a convolution where each output channel reads one input channel, from a copy: for windows
// with many taps.
#pragma once

#include "kernels/depthwise_slide.h"
#include "kernels/source.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Rows of outputs of windows with many taps, two registers of channels at a time: what they read is
// copied side by side first, with zeros beside the image. So the pixels of a window do not compete
// for a few lines of the cache, and no output is at a border.
struct Slab {
    const WindowArgs& args;
    i64 first, last;  // rows of outputs
    i64 height, width;
    float* pixels;  // [height][width][kPanel]
    i64* offsets;   // of taps

    Slab(const WindowArgs& args, i64 first, i64 last, float* scratch)
        : args(args),
          first(first),
          last(last),
          height((last - 1 - first) * args.row_step + args.segments.dy_max - args.segments.dy_min +
                 1),
          width((args.columns - 1) * args.column_step + args.segments.dx_max -
                args.segments.dx_min + 1),
          pixels(scratch + divide_up(2 * args.segments.count, kLine) * kLine),
          offsets(reinterpret_cast<i64*>(scratch)) {
        const Segments& taps = args.segments;
        for (i64 s = 0; s < taps.count; ++s)
            offsets[s] = ((taps.dy[s] - taps.dy_min) * width + taps.dx[s] - taps.dx_min) * kPanel;
    }

    // Copies the registers of channels from `a` and `b` on.
    void fill(i64 image, i64 a, i64 b) const {
        const i64 top = args.row_origin + first * args.row_step + args.segments.dy_min;
        const i64 left = args.column_origin + args.segments.dx_min;
        const i64 begin = clamp(-left, 0, width), end = clamp(args.w - left, begin, width);
        for (i64 i = 0; i < height; ++i) {
            if (top + i < 0 || top + i >= args.h) continue;  // no tap reads it
            float* to = pixels + i * width * kPanel;
            const float* from = args.x + ((image * args.h + top + i) * args.w + left) * args.c;
            clear(to, begin * kPanel);
            for (i64 j = begin; j < end; ++j) {
                store(to + j * kPanel, load(from + j * args.c + a));
                store(to + j * kPanel + kLanes, load(from + j * args.c + b));
            }
            clear(to + end * kPanel, (width - end) * kPanel);
        }
    }

    // Computes the channels from `channel` on, which are the register `place` of the pixels.
    void compute(i64 image, i64 channel, i64 place, i64 taps_a_row) const {
        const i64 step = args.column_step * kPanel;
        const Channels channels{channel, kLanes, channel, 0, {}};
        for (i64 row = first; row < last; ++row) {
            const Inside inside = segments_inside(args, row);
            const Taps taps{offsets,
                            args.packed + channel,
                            args.groups,
                            inside.first,
                            inside.last,
                            taps_a_row,
                            args.bias ? args.bias + channel : nullptr,
                            args.behind,
                            channel};
            const float* x =
                pixels + (row - first) * args.row_step * width * kPanel + place * kLanes;
            float* y = args.y + image * args.y_image + row * args.y_row + channel;
            for_each_tile_size(args.columns, 0, [&](i64 column, int size) {
                const float* from = x + column * step;
                float* to = y + column * args.y_column;
                if (const AnySlide slide =
                        choose_slide<false>(taps_a_row, args.column_step, size)) {
                    slide(from, kPanel, taps, to, args.y_column, kLanes);
                } else {
                    tile_of<false>(size)(from, step, taps, to, args.y_column, channels);
                }
            });
        }
    }

    void compute(i64 image) const {
        const i64 taps_a_row = width_of(args.segments);
        // The last register begins earlier, and is whole.
        const i64 latest = args.groups - kLanes;
        for (i64 channel = 0; channel < args.groups; channel += kPanel) {
            const i64 a = channel < latest ? channel : latest;
            const i64 b = channel + kLanes < latest ? channel + kLanes : latest;
            fill(image, a, b);
            compute(image, a, 0, taps_a_row);
            if (b > a) compute(image, b, 1, taps_a_row);
        }
    }
};

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
