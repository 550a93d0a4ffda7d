// The windows of a grid, register by register of channels, and the taps of each.
#pragma once

#include "kernels/windows.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The taps of a common window, all of which its band holds, so that loops over it unroll; or zeros.
template <int Depth, int Rows, int Columns>
struct Sizes {
    static constexpr bool kKnown = Depth > 0;
    static constexpr int kDepth = Depth, kRows = Rows, kColumns = Columns;
};

// Calls body(offset of the tap in pixels, its number along each axis) for the taps of a window that
// its band holds, in reading order.
template <class Size, class Body>
CONVOLENS_INLINE void for_each_tap(Size, const Taps (&taps)[3], Body&& body) {
    const auto& [depth, rows, columns] = taps;
    if constexpr (Size::kKnown) {
#pragma GCC unroll 3
        for (int t = 0; t < Size::kDepth; ++t)
#pragma GCC unroll 3
            for (int r = 0; r < Size::kRows; ++r)
#pragma GCC unroll 3
                for (int s = 0; s < Size::kColumns; ++s)
                    body(t * depth.stride + r * rows.stride + s * columns.stride, t, r, s);
    } else {
        for (i64 t = depth.begin; t < depth.end; ++t)
            for (i64 r = rows.begin; r < rows.end; ++r)
                for (i64 s = columns.begin; s < columns.end; ++s)
                    body(t * depth.stride + r * rows.stride + s * columns.stride, t, r, s);
    }
}

// Whether a grid's windows have these sizes, and none is clipped.
CONVOLENS_INLINE bool has_sizes(const Grid& grid, i64 depth, i64 rows, i64 columns) {
    const auto is = [](const Taps& taps, i64 count) CONVOLENS_INLINED {
        return taps.count == count && taps.end - taps.begin == count;
    };
    return is(grid.taps[0], depth) && is(grid.taps[1], rows) && is(grid.taps[2], columns);
}

// How many of `count` things lie before a limit, if the last one ends at `end` and each is `step`
// after the one before.
CONVOLENS_INLINE i64 count_before(i64 limit, i64 end, i64 step, i64 count) {
    if (end <= limit) return count;
    if (step <= 0) return 0;
    const i64 beyond = (end - limit + step - 1) / step;
    return beyond < count ? count - beyond : 0;
}

// Calls run(part of the grid, whether there is room) for all windows of a grid, in order. There is
// room where all that a window reads ends before the limits: then whole registers may be read of
// it.
template <class Run>
CONVOLENS_INLINE void for_each_part(const Grid& grid, i64 input_limit, i64 output_limit,
                                    Run&& run) {
    const auto fitting = [&](const Grid& g, i64 count, i64 input_step, i64 output_step) {
        const i64 inputs = count_before(input_limit, g.input_end, input_step, count);
        const i64 outputs = count_before(output_limit, g.output_end, output_step, count);
        return inputs < outputs ? inputs : outputs;
    };
    const i64 whole = fitting(grid, grid.lines, grid.line_input, grid.line_output);
    // First the lines all of whose windows have room, then, line by line, those that have and those
    // that have not.
    for (i64 i = whole > 0 ? 0 : 1; i <= 2 * (grid.lines - whole); ++i) {
        Grid part = grid;
        bool room = true;
        if (i == 0) {
            part.lines = whole;
        } else {
            const i64 line = whole + (i - 1) / 2, below = grid.lines - 1 - line;
            part.lines = 1;
            part.input += line * grid.line_input;
            part.output += line * grid.line_output;
            part.input_end -= below * grid.line_input;
            part.output_end -= below * grid.line_output;
            const i64 fit = fitting(part, grid.windows, grid.step, 1);
            room = i % 2 == 1;
            if (!room) {
                part.input += fit * grid.step;
                part.output += fit;
            }
            part.windows = room ? fit : grid.windows - fit;
        }
        run(part, room);
    }
}

// Calls body(a window's first tap, its output) for all windows of a grid, in order.
template <class Body>
CONVOLENS_INLINE void for_each_place(const Grid& grid, Body&& body) {
    for (i64 p = 0; p < grid.lines; ++p) {
        const i64 from = grid.input + p * grid.line_input;
        const i64 to = grid.output + p * grid.line_output;
        for (i64 q = 0; q < grid.windows; ++q) body(from + q * grid.step, to + q);
    }
}

// Calls body(size of the windows, a window's first tap, its output, first channel, lanes) for each
// register of channels of each window of a grid, in order. Common sizes and few channels have loops
// of their own, where there is room before the limits.
template <class Body>
CONVOLENS_INLINE void for_each_window(i64 c, const Grid& grid, i64 input_limit, i64 output_limit,
                                      Body&& body) {
    for_each_part(
        grid, input_limit, output_limit, [&](const Grid& part, bool room) CONVOLENS_INLINED {
            const auto windows = [&](auto&& channels)
                                     CONVOLENS_INLINED { for_each_place(part, channels); };
            const auto sized = [&](auto size) CONVOLENS_INLINED {
                if (c <= 4 && kLanes > 4) {
                    windows([&](i64 from, i64 to)
                                CONVOLENS_INLINED { body(size, from, to, 0, Over<4>{c}); });
                } else if (c <= 8 && kLanes > 8) {
                    windows([&](i64 from, i64 to)
                                CONVOLENS_INLINED { body(size, from, to, 0, Over<8>{c}); });
                } else {
                    const i64 whole = c - c % kLanes;
                    windows([&](i64 from, i64 to) CONVOLENS_INLINED {
                        for (i64 i = 0; i < whole; i += kLanes) body(size, from, to, i, Whole{});
                        if (whole < c) body(size, from, to, whole, Over<kLanes>{c - whole});
                    });
                }
            };
            if (room && has_sizes(part, 1, 2, 2)) {
                sized(Sizes<1, 2, 2>{});
            } else if (room && has_sizes(part, 1, 3, 3)) {
                sized(Sizes<1, 3, 3>{});
            } else if (room && has_sizes(part, 2, 2, 2)) {
                sized(Sizes<2, 2, 2>{});
            } else {
                windows([&](i64 from, i64 to) CONVOLENS_INLINED {
                    for_each_register(0, c, [&](i64 i, auto lanes) CONVOLENS_INLINED {
                        body(Sizes<0, 0, 0>{}, from, to, i, lanes);
                    });
                });
            }
        });
}

// Pixels of few channels are read and written in pieces so small that processors wait for memory
// before they have asked for much of it: then the next lines of a window's rows are asked for, to
// be read or, with `Write`, written. They need not exist. Of even fewer channels a line holds so
// many windows that asking takes longer than it saves.
template <int Write, class Size>
CONVOLENS_INLINE void ask_ahead(Size, const float* pixel, i64 c, const Taps (&taps)[3]) {
    constexpr i64 kAhead = 128;
    if constexpr (Size::kKnown)
        if (c >= 4 && c <= 8)
            for (int r = 0; r < Size::kRows; ++r)
                __builtin_prefetch(pixel + r * taps[1].stride * c + kAhead, Write, 3);
}

// The pixels of an array of `pixels` that are followed by a whole register of it.
CONVOLENS_INLINE i64 with_room(i64 c, i64 pixels) {
    return pixels - divide_up(kLanes, c);
}

// Calls body as for_each_window does, for all outputs of units [first, last).
template <class Body>
CONVOLENS_INLINE void for_each_pooled(const PoolArgs& args, i64 first, i64 last, Body&& body) {
    const i64 limit = with_room(args.c, args.n * pixels_of_image(args));
    for_each_output(args, first, last, [&](const Grid& grid) CONVOLENS_INLINED {
        for_each_window(args.c, grid, limit, grid.output_end,
                        [&](auto size, i64 from, i64 to, i64 i, auto lanes) CONVOLENS_INLINED {
                            ask_ahead<0>(size, args.x + from * args.c, args.c, grid.taps);
                            body(grid, size, from, args.c * to + i, i, lanes);
                        });
    });
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
