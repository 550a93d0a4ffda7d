// What windows give back to their inputs: the frame of the gradients of poolings.
#pragma once

#include "kernels/taps.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Where the inputs' gradients of a band are added up. Few channels of overlapping windows are added
// up in the scratch, with a register for each pixel: a register that begins in the middle of what
// was just written must wait until it has arrived in memory.
struct Target {
    float* first;    // the pixel where all counting begins
    i64 pitch;       // floats from pixel to pixel
    bool once;       // each input is written once
    i64 begin, end;  // the band, in pixels
};

CONVOLENS_INLINE bool needs_scratch(const PoolArgs& args) {
    return args.c < kLanes && !args.disjoint;
}

// Adds to, or sets, a register of a pixel.
template <class Lanes>
CONVOLENS_INLINE void give(const Target& target, float* to, vec share, Lanes lanes) {
    if (target.pitch == kLanes) {
        store(to, target.once ? share : load(to) + share);
    } else {
        store(to, target.once ? share : load(to, lanes) + share, lanes);
    }
}

// Calls body(grid, target, size, first tap, offset of the output, first channel, lanes) for the
// windows that reach into the bands of units [first, last), clipped to the band; size and lanes are
// those of for_each_window. What windows do not overwrite is cleared before, a few kilobytes at a
// time, so that it is still at hand when they come.
template <class Body>
CONVOLENS_INLINE void for_each_spread(const PoolArgs& args, i64 first, i64 last, float* scratch,
                                      Body&& body) {
    constexpr i64 kCleared = 2048;
    const int axis = args.banded;
    const bool expand = needs_scratch(args);
    const i64 inputs = args.axes[axis].inputs, pixels = pitch(args, axis);
    const i64 output_limit = with_room(args.c, args.n * outputs_of_image(args));
    for (i64 unit = first; unit < last; ++unit) {
        const i64 number = unit % args.bands, from = number * args.band, to = from + args.band;
        const Band band{unit / args.bands, from, to < inputs ? to : inputs};
        const i64 origin = begin_of(args, band), end = end_of(args, band);
        Target target{args.y, args.c, args.disjoint, origin, end};
        if (expand) target = {scratch - origin * kLanes, kLanes, false, origin, end};

        i64 cleared = args.covering ? band.end : band.begin;
        const auto clear_to = [&](i64 input) CONVOLENS_INLINED {
            if (input > band.end) input = band.end;
            if (input <= cleared) return;
            const i64 size = pixels * target.pitch;
            float* image = target.first + band.image * pixels_of_image(args) * target.pitch;
            for_each_register(cleared * size, input * size,
                              [&](i64 i, auto lanes)
                                  CONVOLENS_INLINED { store(image + i, vec{}, lanes); });
            cleared = input;
        };

        i64 begins[3] = {0, 0, 0};
        i64 ends[3] = {args.axes[0].outputs, args.axes[1].outputs, args.axes[2].outputs};
        const i64 last_output = args.band_end[number];
        const i64 some = args.covering ? ends[axis] : 1 + kCleared / (pixels * args.c);
        for (i64 output = args.band_begin[number]; output < last_output; output += some) {
            begins[axis] = output;
            ends[axis] = output + some < last_output ? output + some : last_output;
            clear_to(end_of_inputs(args, axis, output, ends[axis]));
            for_each_grid(
                args, band.image, begins, ends, &band, [&](const Grid& grid) CONVOLENS_INLINED {
                    for_each_window(
                        args.c, grid, with_room(args.c, end), output_limit,
                        [&](auto size, i64 tap, i64 out, i64 i, auto lanes) CONVOLENS_INLINED {
                            if (target.once)
                                ask_ahead<1>(size, args.y + tap * args.c, args.c, grid.taps);
                            body(grid, target, size, tap, args.c * out + i, i, lanes);
                        });
                });
        }
        clear_to(band.end);
        if (expand)
            for (i64 pixel = origin; pixel < end; ++pixel)
                store(args.y + pixel * args.c, load(target.first + pixel * kLanes), args.c);
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
