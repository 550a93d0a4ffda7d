// Rows of a convolution where each output channel reads one input channel, tile by tile: for small
// windows whose taps are neighbours.
#pragma once

#include "kernels/window_tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Windows take turns by lines in images that are no larger: these lie in the last cache.
constexpr i64 kMostFloats = 1 << 20;

struct DepthwiseTiles {
    const WindowArgs& args;
    DenseWindow window;
    const float* x;  // of the image
    float* y;

    static bool can_compute(const WindowArgs& args, const DenseWindow& window) {
        return args.group_outputs == 1 && args.groups >= kLanes && window.is_small() &&
               args.column_step <= 2;
    }

    i64 channels() const { return args.groups; }

    void tile(i64 row, i64 high, i64 column, i64 wide) const {
        const i64 line = args.w * args.c;
        // The outputs are listed in the order of the taps.
        const i64 first = window.down == 1 ? row : row + high - 1;
        const i64 top = args.row_origin + first * args.row_step + args.segments.dy[0];
        const i64 left = args.column_origin + column * args.column_step + args.segments.dx[0];
        const i64 height = (high - 1) * args.row_step + window.height;
        const i64 width = (wide - 1) * args.column_step + window.width;
        WindowTile tile{};
        tile.rows = places_inside(top, window.down, height, args.h);
        tile.columns = places_inside(left, 1, width, args.w);
        const bool edge = tile.rows.last - tile.rows.first < height ||
                          tile.columns.last - tile.columns.first < width;
        tile.x = x + top * line + left * args.c;
        tile.x_row = window.down * line;
        tile.x_pixel = args.c;
        tile.weights = args.packed;
        tile.weight_tap = channels();
        tile.bias = args.bias;
        tile.behind = args.behind;
        tile.y = y + first * args.y_row + column * args.y_column;
        tile.y_row = window.down * args.y_row;
        tile.y_column = args.y_column;
        tile.channels = channels();
        tile.fetch = lies_far(args);
        tile.past = args.past;
        tile.lines = pixels_compete(args) && !args.past && image_floats(args) < kMostFloats;
        const WindowShape shape{high, wide, window.height, window.width, edge};
        choose_window_tile(shape, args.column_step)(tile);
    }

    void row_of_tiles(i64 row, i64 high) const {
        i64 column = 0;
        const i64 last = args.columns - kWindowColumns;
        if (last >= 0)
            for (; args.columns - column > 1; column += kWindowColumns)
                // The last tile may compute some outputs again.
                tile(row, high, column < last ? column : last, kWindowColumns);
        for (; column < args.columns; ++column) tile(row, high, column, 1);
    }

    void compute(i64 first, i64 last) const {
        const bool one = args.row_step > 1 || args.column_step > 1;
        for (i64 row = first; row < last;) {
            const i64 left = one ? 1 : last - row;
            const i64 high = left >= kWindowRows ? kWindowRows : left >= 2 ? 2 : 1;
            row_of_tiles(row, high);
            row += high;
        }
    }
};

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
