// The weight gradient of small windows whose taps are neighbours, where each output channel reads
// one input channel: some rows and columns of outputs at a time.
#pragma once

#include "kernels/block_sums.h"
#include "kernels/fetch.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// What the windows of some outputs read: where the first tap of the first output lies, and the rows
// and columns of taps that lie inside the image.
struct Reach {
    i64 top, left;
    Inside down, across;

    bool is_empty() const { return down.first == down.last || across.first == across.last; }
    i64 height() const { return down.last - down.first; }
    i64 width() const { return across.last - across.first; }
};

// Of `high` x `wide` outputs from (row, column) on. Taps may lie beside the image only from above
// to below if it is one row, and from side to side if it is one column.
CONVOLENS_INLINE Reach reach_of(const WeightGradArgs& args, const DenseWindow& window, i64 row,
                                i64 high, i64 column, i64 wide) {
    const i64 top = args.row_origin + row * args.row_step + args.segments.dy[0];
    const i64 left = args.column_origin + column * args.column_step + args.segments.dx[0];
    return {top, left,
            high > 1 ? Inside{0, window.height}
                     : places_inside(top, window.down, window.height, args.h),
            wide > 1 ? Inside{0, window.width} : places_inside(left, 1, window.width, args.w)};
}

// What a block of images that are far is cut into: little enough for the first cache beside what is
// asked for meanwhile. Where pixels compete, two registers take each line once anyway.
constexpr i64 kFarRows = 2, kFarColumns = 12;

// Pieces of rows, one after the other.
struct Pieces {
    const float* end;  // of the piece that is read
    i64 length, gap;   // floats of a piece, and between two

    // Where to read on.
    const float* next(const float* at) {
        if (at < end) return at;
        at = end + gap;
        end = at + length;
        return at;
    }
};

// What a block asks for, a strip of rows of the image and of the gradient, as far as it was read.
struct StripAhead {
    RowsAhead at;
    Pieces x, g;

    void read(RowsAhead to) {
        if (to.x) at = {x.next(to.x), g.next(to.g)};
    }
};

struct DepthwiseSums {
    const WeightGradArgs& args;
    DenseWindow window;
    Inside rows, columns;  // of outputs, whose windows lie inside the image
    float* partial;
    i64 first, last;  // registers

    static bool can_compute(const WeightGradArgs& args, const DenseWindow& window) {
        return args.group_outputs == 1 && window.is_small() && args.column_step <= 2;
    }

    i64 channels() const { return args.groups; }

    void add(i64 image, i64 row, i64 high, i64 column, i64 wide) const {
        const i64 line = args.w * args.c;
        const Reach reach = reach_of(args, window, row, high, column, wide);
        if (reach.is_empty()) return;
        const i64 step = args.column_step;
        const AnyWindowSums some = choose_window_sums(high, reach.height(), reach.width(), step);
        const AnyWindowSums one = choose_window_sums(1, reach.height(), reach.width(), step);
        WindowSums at{};
        at.x_row = line;
        at.x_pixel = args.c;
        at.g_row = args.g_row;
        at.g_pixel = channels();
        at.columns = wide;
        at.fetch = lies_far(args);
        at.sum_row = window.width * channels();
        at.sum_tap = channels();
        const i64 top = image * args.h + reach.top + reach.down.first;
        const float* x = args.x + top * line + (reach.left + reach.across.first) * args.c;
        const float* g = args.g + (image * args.p + row) * args.g_row + column * channels();
        float* sums = partial + reach.down.first * at.sum_row + reach.across.first * at.sum_tap;
        const i64 end = last * kLanes < channels() ? last * kLanes : channels();
        const i64 most = pixels_compete(args) ? kSumsBeside * kLanes : kLanes;
        for (i64 c = first * kLanes; c < end; c += at.lanes) {
            at.lanes = end - c >= most ? most : end - c < kLanes ? end - c : kLanes;
            at.sums = sums + c;
            at.channel = c;
            const bool whole = at.lanes >= kLanes;
            for (i64 i = 0; i < high; i += whole ? high : 1) {
                at.x = x + i * args.row_step * line + c;
                at.g = g + i * at.g_row + c;
                (whole ? some : one)(at);
            }
        }
    }

    void add_rows(i64 image, i64 row, i64 high) const {
        for (i64 column = 0; column < columns.first; ++column) add(image, row, high, column, 1);
        for (i64 column = columns.first; column < columns.last; column += kStrip) {
            const i64 left = columns.last - column;
            add(image, row, high, column, left < kStrip ? left : kStrip);
        }
        for (i64 column = columns.last; column < args.q; ++column) add(image, row, high, column, 1);
    }

    // Whether all rows of a block are added up in registers. Where more rows fit in the registers
    // at once it was not measured.
    bool takes_blocks() const {
        return kRegisters < 32 && window.width == kBlockTaps && window.height == kBlockTaps;
    }

    // What the rows of outputs from `row` on read, without what those above read.
    StripAhead ahead_of(i64 image, i64 row) const {
        const i64 line = args.w * args.c, own = args.q * args.column_step * args.c;
        const i64 above = args.row_origin + (row - 1) * args.row_step + args.segments.dy_max;
        const i64 left = args.column_origin + args.segments.dx_max, upstream = args.q * channels();
        const float* x = args.x + (image * args.h + above + 1) * line + left * args.c;
        const float* g = args.g + (image * args.p + row) * args.g_row;
        return {
            {x, g}, {x + own, own, line - own}, {g + upstream, upstream, args.g_row - upstream}};
    }

    void add_block(i64 image, i64 row, i64 high, i64 column, i64 wide, StripAhead& ahead) const {
        const i64 end = last * kLanes < channels() ? last * kLanes : channels();
        const float* x = args.x + image * args.h * args.w * args.c;
        const float* g = args.g + (image * args.p + row) * args.g_row + column * channels();
        const i64 top = args.row_origin + row * args.row_step + args.segments.dy[0];
        const i64 left = args.column_origin + column * args.column_step + args.segments.dx[0];
        const i64 most = pixels_compete(args) ? kSumsBeside * kLanes : kLanes;
        for (i64 c = first * kLanes; c < end;) {
            const i64 lanes = end - c >= most ? most : end - c < kLanes ? end - c : kLanes;
            ahead.read(
                block_sums({args, window.down, x + c, g + c, top, left, high, wide, partial + c},
                           ahead.at, lanes));
            c += lanes;
        }
    }

    void add_blocks(i64 image, i64 first_row, i64 last_row) const {
        // Pixels are read in order by who takes all channels.
        const bool near = is_near(args) || args.parts > 1;
        const i64 most_rows = near ? last_row - first_row : kFarRows;
        const i64 most_columns = near || pixels_compete(args) ? kStrip : kFarColumns;
        for (i64 row = first_row; row < last_row; row += most_rows) {
            const i64 high = last_row - row < most_rows ? last_row - row : most_rows;
            StripAhead ahead = near ? StripAhead{} : ahead_of(image, row + high);
            for (i64 column = 0; column < args.q; column += most_columns) {
                const i64 left = args.q - column;
                add_block(image, row, high, column, left < most_columns ? left : most_columns,
                          ahead);
            }
        }
    }

    void add(i64 image, i64 first_row, i64 last_row) const {
        if (takes_blocks()) return add_blocks(image, first_row, last_row);
        const bool one =
            args.row_step > 1 || args.column_step > 1 || (kSumsBeside > 1 && !pixels_compete(args));
        const i64 inside = last_row < rows.last ? last_row : rows.last;
        for (i64 row = first_row; row < last_row;) {
            const bool some = !one && row >= rows.first && inside - row >= kSumRows;
            const i64 high = some ? kSumRows : 1;
            add_rows(image, row, high);
            row += high;
        }
    }
};

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
