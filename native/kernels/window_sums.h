// Sums over neighbouring outputs of a weight gradient where each output channel reads one input
// channel.
//
// As in window_tile.h: a loaded pixel serves all outputs of some rows whose windows hold it. The
// sums of all taps stay in registers meanwhile.
#pragma once

#include "kernels/dense_window.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// As many gradients as fit in the registers beside the sums of the largest window.
constexpr int kSumColumns = 4;
// Registers side by side that are a line of the cache, where pixels compete.
constexpr int kSumsBeside = kLanes == kLine / 2 ? 2 : 1;
// Side by side they do not fit anyway, and two rows share the pixels that they load.
constexpr int kSumRows = kRegisters >= 32 ? 4 : kSumsBeside;
// Outputs of a row whose sums stay in registers: a short chain of additions.
constexpr i64 kStrip = 16;

struct WindowSums {
    const float* x;  // what tap (0, 0) of output (0, 0) reads
    i64 x_row, x_pixel;
    const float* g;  // of output (0, 0)
    i64 g_row, g_pixel;
    i64 columns;  // of outputs
    float* sums;
    i64 sum_row, sum_tap;
    i64 lanes;
    i64 channel;  // where x and g are in their pixels
    bool fetch;   // ask for the memory of the strip to the right
};

// Rows x Columns outputs from `column` on, of windows of Height x Width taps, `Side` registers of
// channels of each.
template <int Rows, int Columns, int Height, int Width, int Step, int Side, class Count>
CONVOLENS_INLINE void add_outputs(vec (&sums)[Height][Width][Side], const WindowSums& at,
                                  i64 column, Count count) {
    vec gradients[Rows][Columns][Side];
#pragma GCC unroll 4
    for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 4
        for (int u = 0; u < Columns; ++u) {
            const float* g = at.g + t * at.g_row + (column + u) * at.g_pixel;
#pragma GCC unroll 2
            for (int v = 0; v < Side; ++v) gradients[t][u][v] = load(g + v * kLanes, count);
        }
    const float* x = at.x + column * Step * at.x_pixel;
    if (Columns > 1 && at.fetch) {
        fetch_windows<Rows, Columns, Height, Step>(x - at.channel + kStrip * Step * at.x_pixel,
                                                   at.x_row, at.channel);
        fetch_share<Rows, Columns>(at.g - at.channel + (column + kStrip) * at.g_pixel, at.g_row,
                                   at.channel);
    }
#pragma GCC unroll 9
    for (int i = 0; i < (Rows - 1) * Step + Height; ++i)
#pragma GCC unroll 9
        for (int j = 0; j < (Columns - 1) * Step + Width; ++j) {
            const float* pixel = x + i * at.x_row + j * at.x_pixel;
#pragma GCC unroll 2
            for (int v = 0; v < Side; ++v) {
                const vec own = load(pixel + v * kLanes, count);
#pragma GCC unroll 3
                for (int r = 0; r < Height; ++r)
#pragma GCC unroll 3
                    for (int s = 0; s < Width; ++s)
                        if (reads(Rows, Step, i, r) && reads(Columns, Step, j, s))
                            sums[r][s][v] += gradients[(i - r) / Step][(j - s) / Step][v] * own;
            }
        }
}

// Adds the sums of a window's taps to those that lie in memory.
template <int Height, int Width, int Side, class Count>
CONVOLENS_INLINE void add_sums(float* to, i64 row, i64 tap, const vec (&sums)[Height][Width][Side],
                               Count count) {
#pragma GCC unroll 3
    for (int r = 0; r < Height; ++r)
#pragma GCC unroll 3
        for (int s = 0; s < Width; ++s)
#pragma GCC unroll 2
            for (int v = 0; v < Side; ++v) {
                float* sum = to + r * row + s * tap + v * kLanes;
                store(sum, load(sum, count) + sums[r][s][v], count);
            }
}

template <int Rows, int Height, int Width, int Step, int Side, class Count>
CONVOLENS_INLINE void add_rows_of_outputs(const WindowSums& at, Count count) {
    vec sums[Height][Width][Side]{};
    i64 column = 0;
    for (; column + kSumColumns <= at.columns; column += kSumColumns)
        add_outputs<Rows, kSumColumns, Height, Width, Step, Side>(sums, at, column, count);
    for (; column < at.columns; ++column)
        add_outputs<Rows, 1, Height, Width, Step, Side>(sums, at, column, count);
    add_sums(at.sums, at.sum_row, at.sum_tap, sums, count);
}

// sums[tap] += gradient x image at the tap, over Rows rows of outputs. Only a single row may have
// fewer channels than lanes.
template <int Rows, int Height, int Width, int Step>
void window_sums(const WindowSums& at) {
    if (kSumsBeside > 1 && at.lanes == kSumsBeside * kLanes) {
        add_rows_of_outputs<Rows, Height, Width, Step, kSumsBeside>(at, Whole{});
    } else if (Rows > 1 || at.lanes == kLanes) {
        add_rows_of_outputs<Rows, Height, Width, Step, 1>(at, Whole{});
    } else {
        add_rows_of_outputs<1, Height, Width, Step, 1>(at, at.lanes);
    }
}

using AnyWindowSums = void (*)(const WindowSums&);

template <int Rows, int Step>
CONVOLENS_INLINE AnyWindowSums window_sums_of(i64 height, i64 width) {
    static constexpr AnyWindowSums all[kLargestWindow][kLargestWindow] = {
        {window_sums<Rows, 1, 1, Step>, window_sums<Rows, 1, 2, Step>,
         window_sums<Rows, 1, 3, Step>},
        {window_sums<Rows, 2, 1, Step>, window_sums<Rows, 2, 2, Step>,
         window_sums<Rows, 2, 3, Step>},
        {window_sums<Rows, 3, 1, Step>, window_sums<Rows, 3, 2, Step>,
         window_sums<Rows, 3, 3, Step>}};
    return all[height - 1][width - 1];
}

// For a small window; for 1 or kSumRows rows at step 1, and a single row at step 2.
CONVOLENS_INLINE AnyWindowSums choose_window_sums(i64 rows, i64 height, i64 width, i64 step) {
    if (step == 2) return window_sums_of<1, 2>(height, width);
    return rows == 1 ? window_sums_of<1, 1>(height, width)
                     : window_sums_of<kSumRows, 1>(height, width);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
