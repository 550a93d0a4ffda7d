// The windows of a pooling: grids of windows of one kind. Places are counted in pixels.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// The taps of a window along one axis: `count` of them, `stride` pixels apart. A band of inputs
// holds [begin, end) of these.
struct Taps {
    i64 count, stride;
    i64 begin, end;
};

// Lines of windows of one kind.
struct Grid {
    Taps taps[3];
    i64 input, output;      // the first tap of the first window, and its output
    i64 lines, line_input;  // from line to line; their outputs are line_output apart
    i64 line_output;
    i64 windows, step;          // of a line; their outputs are neighbours
    i64 input_end, output_end;  // what all of them read
    float divisor;              // of an average
};

// The inputs [begin, end) of an image along one axis.
struct Band {
    i64 image;
    i64 begin, end;
};

// The pixels from one input to the next along an axis.
CONVOLENS_INLINE i64 pitch(const PoolArgs& args, int axis) {
    i64 pixels = 1;
    for (int inner = 2; inner > axis; --inner) pixels *= args.axes[inner].inputs;
    return pixels;
}

CONVOLENS_INLINE i64 pixels_of_image(const PoolArgs& args) {
    return args.axes[0].inputs * pitch(args, 0);
}

CONVOLENS_INLINE i64 outputs_of_image(const PoolArgs& args) {
    return args.axes[0].outputs * args.axes[1].outputs * args.axes[2].outputs;
}

// A band is one piece, since the axes before its own have one input.
CONVOLENS_INLINE i64 begin_of(const PoolArgs& args, const Band& band) {
    return band.image * pixels_of_image(args) + band.begin * pitch(args, args.banded);
}
CONVOLENS_INLINE i64 end_of(const PoolArgs& args, const Band& band) {
    return band.image * pixels_of_image(args) + band.end * pitch(args, args.banded);
}

// Leaves the taps that fall on [begin, end).
CONVOLENS_INLINE void clip(Taps& taps, i64 first, i64 step, i64 begin, i64 end) {
    while (taps.begin < taps.end && first + taps.begin * step < begin) ++taps.begin;
    while (taps.end > taps.begin && first + (taps.end - 1) * step >= end) --taps.end;
}

// Calls run(taps, first output, how many, first input, inputs from window to window, cells) for
// groups of outputs [begin, end) along an axis whose windows are of one kind. Windows that `band`
// clips, which may be null, are groups of their own.
template <class Run>
CONVOLENS_INLINE void for_each_group(const PoolArgs& args, int axis, i64 begin, i64 end,
                                     const Band* band, Run&& run) {
    const PoolAxis& along = args.axes[axis];
    const i64 pixels = pitch(args, axis);
    for (const WindowRun* kind = along.runs; kind < along.runs + along.run_count; ++kind) {
        const i64 last = kind->end < end ? kind->end : end;
        for (i64 output = kind->begin > begin ? kind->begin : begin; output < last;) {
            const i64 input = kind->first + (output - kind->begin) * kind->stride;
            Taps taps{kind->count, kind->step * pixels, 0, kind->count};
            i64 group = last - output;
            if (band && kind->count > 0) {
                clip(taps, input, kind->step, band->begin, band->end);
                const i64 left = band->end - 1 - (input + (kind->count - 1) * kind->step);
                if (taps.end - taps.begin < taps.count) {
                    group = 1;
                } else if (kind->stride > 0 && left / kind->stride < group - 1) {
                    group = left / kind->stride + 1;
                }
            }
            run(taps, output, group, input, kind->stride, kind->cells);
            output += group;
        }
    }
}

// Calls run(grid) for the outputs [begin, end) along each axis of an image.
template <class Run>
CONVOLENS_INLINE void for_each_grid(const PoolArgs& args, i64 image, const i64 (&begin)[3],
                                    const i64 (&end)[3], const Band* band, Run&& run) {
    const i64 lines = args.axes[1].outputs, columns = args.axes[2].outputs;
    const i64 slice = pitch(args, 0), line = pitch(args, 1);
    const auto clips = [&](int axis)
                           CONVOLENS_INLINED { return axis == args.banded ? band : nullptr; };
    for (i64 o = begin[0]; o < end[0]; ++o) {
        const auto down = [&](Taps depth, i64, i64, i64 z, i64, i64 cells_z) CONVOLENS_INLINED {
            const auto along = [&](Taps rows, i64 p, i64 count, i64 y, i64 dy,
                                   i64 cells_y) CONVOLENS_INLINED {
                const auto across = [&](Taps taps, i64 q, i64 windows, i64 x, i64 dx,
                                        i64 cells_x) CONVOLENS_INLINED {
                    Grid grid{};
                    grid.taps[0] = depth;
                    grid.taps[1] = rows;
                    grid.taps[2] = taps;
                    grid.input = image * pixels_of_image(args) + z * slice + y * line + x;
                    grid.output = image * outputs_of_image(args) + (o * lines + p) * columns + q;
                    grid.lines = count;
                    grid.line_input = dy * line;
                    grid.line_output = columns;
                    grid.windows = windows;
                    grid.step = dx;
                    grid.input_end =
                        grid.input + (count - 1) * grid.line_input + (windows - 1) * dx + 1;
                    for (const Taps& each : grid.taps)
                        if (each.count > 1) grid.input_end += (each.count - 1) * each.stride;
                    grid.output_end = grid.output + (count - 1) * columns + windows;
                    grid.divisor = args.divisor != 0.0f
                                       ? args.divisor
                                       : static_cast<float>(cells_z * cells_y * cells_x);
                    run(grid);
                };
                for_each_group(args, 2, begin[2], end[2], clips(2), across);
            };
            for_each_group(args, 1, begin[1], end[1], clips(1), along);
        };
        for_each_group(args, 0, o, o + 1, clips(0), down);
    }
}

// Calls run(grid) for the outputs of units [first, last).
template <class Run>
CONVOLENS_INLINE void for_each_output(const PoolArgs& args, i64 first, i64 last, Run&& run) {
    const i64 lines = args.axes[1].outputs, columns = args.axes[2].outputs;
    for (i64 unit = first; unit < last; ++unit) {
        const i64 place = unit / args.column_blocks, slice = place / args.line_blocks;
        const i64 image = slice / args.axes[0].outputs, o = slice % args.axes[0].outputs;
        const i64 p = place % args.line_blocks * args.line_block;
        const i64 q = unit % args.column_blocks * args.column_block;
        const i64 p_end = p + args.line_block, q_end = q + args.column_block;
        const i64 begin[3] = {o, p, q};
        const i64 end[3] = {o + 1, p_end < lines ? p_end : lines,
                            q_end < columns ? q_end : columns};
        for_each_grid(args, image, begin, end, nullptr, run);
    }
}

// The end of what the windows of outputs [begin, end) read along an axis.
CONVOLENS_INLINE i64 end_of_inputs(const PoolArgs& args, int axis, i64 begin, i64 end) {
    const PoolAxis& along = args.axes[axis];
    i64 result = 0;
    for (const WindowRun* kind = along.runs; kind < along.runs + along.run_count; ++kind) {
        const i64 last = (kind->end < end ? kind->end : end) - 1;
        if (kind->count == 0 || last < kind->begin || last < begin) continue;
        const i64 first = kind->first + (last - kind->begin) * kind->stride;
        const i64 past = first + (kind->count - 1) * kind->step + 1;
        if (past > result) result = past;
    }
    return result;
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
