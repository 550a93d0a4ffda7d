// Rows of a convolution where each output channel reads one input channel, tile by tile: for small
// windows whose taps are neighbours.
#pragma once

#include "kernels/window_tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

struct DepthwiseTiles {
    const WindowArgs& args;
    DenseWindow window;
    Inside rows, columns;  // of outputs, whose windows lie inside the image
    const float* x;        // of the image
    float* y;

    static bool can_compute(const WindowArgs& args, const DenseWindow& window) {
        return args.group_outputs == 1 && args.groups >= kLanes && window.is_small() &&
               args.column_step <= 2;
    }

    i64 channels() const { return args.groups; }

    // An output whose window lies beside the image.
    void fill(float* to) const {
        for_each_register(0, channels(), [&](i64 c, auto lanes) {
            vec sum[] = {args.bias ? load(args.bias + c, lanes) : vec{}};
            if (args.relu) rectify(sum);
            store(to + c, sum[0], lanes);
        });
    }

    void tile(i64 row, i64 high, i64 column, i64 wide) const {
        const i64 line = args.w * args.c;
        const Reach reach = reach_of(args, window, row, high, column, wide);
        if (reach.is_empty()) {
            for (i64 i = 0; i < high; ++i)
                for (i64 j = 0; j < wide; ++j)
                    fill(y + (row + i) * args.y_row + (column + j) * args.y_column);
            return;
        }
        const AnyWindowTile compute =
            choose_window_tile(high, wide, reach.height(), reach.width(), args.column_step);
        // The outputs are listed in the order of the taps.
        const i64 first = window.down == 1 ? 0 : high - 1;
        WindowTile tile{};
        tile.x_row = window.down * line;
        tile.x_pixel = args.c;
        tile.weight_row = window.width * channels();
        tile.weight_tap = channels();
        tile.relu = args.relu;
        tile.y_row = window.down * args.y_row;
        tile.y_column = args.y_column;
        tile.fetch = lies_far(args);
        const i64 top = reach.top + first * args.row_step + reach.down.first * window.down;
        const float* from = x + top * line + (reach.left + reach.across.first) * args.c;
        const float* weights =
            args.packed + reach.down.first * tile.weight_row + reach.across.first * tile.weight_tap;
        float* to = y + (row + first) * args.y_row + column * args.y_column;
        for (i64 c = 0; c < channels(); c += kLanes) {
            // The last register may compute some channels again.
            const i64 channel = c + kLanes <= channels() ? c : channels() - kLanes;
            tile.x = from + channel;
            tile.weights = weights + channel;
            tile.bias = args.bias ? args.bias + channel : nullptr;
            tile.y = to + channel;
            compute(tile);
        }
    }

    void row_of_tiles(i64 row, i64 high) const {
        i64 column = 0;
        for (; column < columns.first; ++column) tile(row, high, column, 1);
        if (columns.last - columns.first >= kWindowColumns)
            for (; column < columns.last; column += kWindowColumns) {
                // The last tile may compute some outputs again.
                const i64 last = columns.last - kWindowColumns;
                tile(row, high, column < last ? column : last, kWindowColumns);
            }
        for (column = column < columns.last ? column : columns.last; column < args.columns;
             ++column)
            tile(row, high, column, 1);
    }

    void compute(i64 first, i64 last) const {
        const i64 inside = last < rows.last ? last : rows.last;
        const bool one = args.row_step > 1 || args.column_step > 1;
        for (i64 row = first; row < last;) {
            const i64 left = one || row < rows.first ? 1 : inside - row;
            const i64 high = left >= kWindowRows ? kWindowRows : left >= 2 ? 2 : 1;
            row_of_tiles(row, high);
            row += high;
        }
    }
};

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
