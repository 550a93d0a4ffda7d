// A tile of neighbouring outputs of a convolution where each output channel reads one input
// channel.
//
// Neighbouring channels lie in the lanes. The pixels of a tile lie a whole pixel of channels apart,
// often a power of two, so that they compete for a few lines of the cache: each is loaded once, and
// serves all outputs of the tile whose windows hold it.
#pragma once

#include "kernels/behind.h"
#include "kernels/dense_window.h"
#include "kernels/lines.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// As many sums as fit in the registers beside the weights of the largest window.
constexpr int kWindowColumns = 4;
constexpr int kWindowRows = kRegisters >= 32 ? 4 : 2;

struct WindowTile {
    const float* x;        // what tap (0, 0) of output (0, 0) reads, or would beside the image
    Inside rows, columns;  // of the pixels from there on, as the tile lists them: inside the image
    i64 x_row;             // may be negative, as y_row: then outputs and taps are listed from below
    i64 x_pixel;
    const float* weights;
    i64 weight_tap;
    const float* bias;     // or null
    const Behind* behind;  // what outputs end with, or null
    float* y;
    i64 y_row, y_column;
    i64 channels;  // a register at least
    bool fetch;    // ask for the memory of the tile to the right
    bool past;     // write past the caches; channels are whole lines of memory
    bool lines;    // windows of 3x3 take turns by lines of the cache, which two registers are
};

// Asks for the memory of the outputs to the right, which need not follow one another.
template <int Rows, int Columns>
CONVOLENS_INLINE void fetch_outputs(const WindowTile& tile, i64 channel) {
    const float* right = tile.y + Columns * tile.y_column;
    if (tile.y_column == tile.channels) {
        fetch_share<Rows, Columns>(right, tile.y_row, channel);
    } else {
        fetch_pixels<Rows, Columns>(right + channel, tile.y_row, tile.y_column);
    }
}

// Rows x Columns outputs of windows of Height x Width taps, `Step` pixels apart both ways. At an
// edge some pixels lie beside the image, and are left out.
template <int Rows, int Columns, int Height, int Width, int Step, bool Edge>
CONVOLENS_INLINE void window_register(const WindowTile& tile, i64 channel, float* y) {
    const float* x = tile.x + channel;
    const float* w = tile.weights + channel;
    if (Columns > 1 && tile.fetch) {
        fetch_windows<Rows, Columns, Height, Step>(
            tile.x + ((Columns - 1) * Step + Width) * tile.x_pixel, tile.x_row, channel);
        if (!tile.past) fetch_outputs<Rows, Columns>(tile, channel);
    }
    vec sums[Rows][Columns], weights[Height][Width];
    const vec start = tile.bias ? load(tile.bias + channel) : vec{};
#pragma GCC unroll 4
    for (auto& row : sums)
#pragma GCC unroll 4
        for (vec& sum : row) sum = start;
#pragma GCC unroll 3
    for (int r = 0; r < Height; ++r)
#pragma GCC unroll 3
        for (int s = 0; s < Width; ++s) weights[r][s] = load(w + (r * Width + s) * tile.weight_tap);
#pragma GCC unroll 9
    for (int i = 0; i < (Rows - 1) * Step + Height; ++i) {
        if (Edge && (i < tile.rows.first || i >= tile.rows.last)) continue;
#pragma GCC unroll 9
        for (int j = 0; j < (Columns - 1) * Step + Width; ++j) {
            if (Edge && (j < tile.columns.first || j >= tile.columns.last)) continue;
            const vec v = load(x + i * tile.x_row + j * tile.x_pixel);
#pragma GCC unroll 3
            for (int r = 0; r < Height; ++r)
#pragma GCC unroll 3
                for (int s = 0; s < Width; ++s)
                    if (reads(Rows, Step, i, r) && reads(Columns, Step, j, s))
                        sums[(i - r) / Step][(j - s) / Step] += weights[r][s] * v;
        }
    }
#pragma GCC unroll 4
    for (int t = 0; t < Rows; ++t) {
        if (tile.behind)
            finish_behind(*tile.behind, channel, sums[t], y + t * tile.y_row, tile.y_column,
                          Whole{});
#pragma GCC unroll 4
        for (int u = 0; u < Columns; ++u) store(y + t * tile.y_row + u * tile.y_column, sums[t][u]);
    }
}

// Row `t` of outputs, two registers side by side: each line of the cache is touched once, where
// pixels compete for a few of them.
template <int Columns, int Height, int Width, int Step, bool Edge>
CONVOLENS_INLINE void window_line(const WindowTile& tile, int t, i64 channel, float* y) {
    const float* x = tile.x + channel + t * Step * tile.x_row;
    const float* w = tile.weights + channel;
    vec sums[2][Columns];
#pragma GCC unroll 2
    for (int v = 0; v < 2; ++v) {
        const vec start = tile.bias ? load(tile.bias + channel + v * kLanes) : vec{};
#pragma GCC unroll 4
        for (vec& sum : sums[v]) sum = start;
    }
#pragma GCC unroll 3
    for (int r = 0; r < Height; ++r) {
        const int i = t * Step + r;
        if (Edge && (i < tile.rows.first || i >= tile.rows.last)) continue;
        vec weights[2][Width];
#pragma GCC unroll 3
        for (int s = 0; s < Width; ++s)
#pragma GCC unroll 2
            for (int v = 0; v < 2; ++v)
                weights[v][s] = load(w + (r * Width + s) * tile.weight_tap + v * kLanes);
#pragma GCC unroll 9
        for (int j = 0; j < (Columns - 1) * Step + Width; ++j) {
            if (Edge && (j < tile.columns.first || j >= tile.columns.last)) continue;
#pragma GCC unroll 2
            for (int v = 0; v < 2; ++v) {
                const vec own = load(x + r * tile.x_row + j * tile.x_pixel + v * kLanes);
#pragma GCC unroll 3
                for (int s = 0; s < Width; ++s)
                    if (reads(Columns, Step, j, s)) sums[v][(j - s) / Step] += weights[v][s] * own;
            }
        }
    }
#pragma GCC unroll 2
    for (int v = 0; v < 2; ++v)
        if (tile.behind)
            finish_behind(*tile.behind, channel + v * kLanes, sums[v],
                          y + t * tile.y_row + v * kLanes, tile.y_column, Whole{});
#pragma GCC unroll 4
    for (int u = 0; u < Columns; ++u)
#pragma GCC unroll 2
        for (int v = 0; v < 2; ++v)
            store(y + t * tile.y_row + u * tile.y_column + v * kLanes, sums[v][u]);
}

template <int Rows, int Columns, int Height, int Width, int Step, bool Edge>
void window_tile(const WindowTile& all) {
    if constexpr (kLanes == kLine / 2 && Columns > 1 && Height == 3 && Width == 3)
        if (all.lines) {
            for (i64 c = 0; c < all.channels; c += kLine)
                for (int t = 0; t < Rows; ++t)
                    window_line<Columns, Height, Width, Step, Edge>(all, t, c, all.y + c);
            return;
        }
    WindowTile tile = all;  // which no output can change
    alignas(kLine * sizeof(float)) float lines[Rows][Columns][kLine];
    if (tile.past) {
        tile.y_row = Columns * kLine;
        tile.y_column = kLine;
    }
    // As many channels as a line of memory, which is written in one go, or all.
    const i64 block = tile.past ? kLine : tile.channels;
    float* const y = tile.past ? lines[0][0] : tile.y;
    const i64 last = tile.channels - kLanes;
    for (i64 first = 0; first < tile.channels; first += block) {
        for (i64 c = first; c < first + block; c += kLanes) {
            // The last register may compute some channels again.
            const i64 channel = c < last ? c : last;
            window_register<Rows, Columns, Height, Width, Step, Edge>(tile, channel,
                                                                      y + channel - first);
        }
        if (tile.past) write_lines(lines, tile.y + first, all.y_row, all.y_column, Rows, Columns);
    }
}

using AnyWindowTile = void (*)(const WindowTile&);

// What a tile computes: outputs, taps of the window, and whether some of them lie beside the image.
struct WindowShape {
    i64 rows, columns, height, width;
    bool edge;
};

template <int Rows, int Columns, int Step, bool Edge>
CONVOLENS_INLINE AnyWindowTile window_tile_of(i64 height, i64 width) {
    static constexpr AnyWindowTile all[kLargestWindow][kLargestWindow] = {
        {window_tile<Rows, Columns, 1, 1, Step, Edge>, window_tile<Rows, Columns, 1, 2, Step, Edge>,
         window_tile<Rows, Columns, 1, 3, Step, Edge>},
        {window_tile<Rows, Columns, 2, 1, Step, Edge>, window_tile<Rows, Columns, 2, 2, Step, Edge>,
         window_tile<Rows, Columns, 2, 3, Step, Edge>},
        {window_tile<Rows, Columns, 3, 1, Step, Edge>, window_tile<Rows, Columns, 3, 2, Step, Edge>,
         window_tile<Rows, Columns, 3, 3, Step, Edge>}};
    return all[height - 1][width - 1];
}

template <int Rows, int Step>
CONVOLENS_INLINE AnyWindowTile window_tile_of(const WindowShape& shape) {
    if (shape.columns == 1) return window_tile_of<Rows, 1, Step, true>(shape.height, shape.width);
    return shape.edge
               ? window_tile_of<Rows, kWindowColumns, Step, true>(shape.height, shape.width)
               : window_tile_of<Rows, kWindowColumns, Step, false>(shape.height, shape.width);
}

// For 1 or kWindowColumns columns and a small window; for 1, 2 or kWindowRows rows at step 1, and a
// single row at step 2.
CONVOLENS_INLINE AnyWindowTile choose_window_tile(const WindowShape& shape, i64 step) {
    if (step == 2) return window_tile_of<1, 2>(shape);
    if (shape.rows == 1) return window_tile_of<1, 1>(shape);
    if (shape.rows == 2) return window_tile_of<2, 1>(shape);
    return window_tile_of<kWindowRows, 1>(shape);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
