// The input gradient of a convolution, scattered: col2im, one tile of outputs at a time.
#include "kernels/source.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The rows [first, first + rows) of an image's gradient, with the columns that windows reach beyond
// its sides.
struct Target {
    float* pixels;
    i64 first, rows;
    i64 line;  // floats of a row
    i64 left;  // the column of the first pixel, 0 or negative
};

void add(float* to, const float* from, i64 count) {
    for_each_register(0, count, [&](i64 i, auto lanes) {
        store(to + i, load(to + i, lanes) + load(from + i, lanes), lanes);
    });
}

// The products of a tile of outputs with all taps: to[t][length], rows filled up to whole panels.
void multiply(const ScatterArgs& args, const float* g, i64 count, i64 group, float* to) {
    const i64 outputs = args.group_outputs;
    const i64 length = args.segments.count * args.segments.run;
    const i64 panels = (length + kPanel - 1) / kPanel;
    const i64 no_offset = 0;
    Tile tile{};
    tile.a = g;
    tile.a_row = args.groups * outputs;
    tile.a_step = 1;
    tile.offsets = &no_offset;
    tile.segments = 1;
    tile.run = outputs;
    tile.b_step = kPanel;
    tile.y_row = panels * kPanel;
    for (i64 panel = 0; panel < panels; ++panel) {
        const i64 left = length - panel * kPanel;
        tile.b = args.packed + (group * panels + panel) * outputs * kPanel;
        tile.y = to + panel * kPanel;
        tile.columns = left < kLanes ? kLanes : kPanel;
        compute_tile<Unit::kStep>(tile, count);
    }
}

// Everything that one row of outputs sends to the rows of the target.
void scatter_row(const ScatterArgs& args, const Target& target, i64 image, i64 row, i64 group,
                 float* products) {
    const Segments& taps = args.segments;
    const i64 outputs = args.groups * args.group_outputs;
    const i64 width = (taps.count * taps.run + kPanel - 1) / kPanel * kPanel;
    const float* g =
        args.g + (image * args.p + row) * args.q * outputs + group * args.group_outputs;
    const i64 step = args.column_step * args.c;
    const i64 apart = (taps.run + step - 1) / step;
    const i64 origin = args.row_origin + row * args.row_step - target.first;
    // The segments ascend.
    i64 first = 0, last = taps.count;
    while (first < last && origin + taps.dy[first] < 0) ++first;
    while (last > first && origin + taps.dy[last - 1] >= target.rows) --last;
    for_each_tile(args.q, [&](i64 column, i64 count) {
        multiply(args, g + column * outputs, count, group, products);
        float* pixels = target.pixels +
                        (args.column_origin + column * args.column_step - target.left) * args.c +
                        group * args.group_channels;
        // Windows of neighbouring outputs overlap, and a load must wait for a store that it
        // overlaps in part: those that do not overlap come first, in all rows.
        for (i64 phase = 0; phase < apart; ++phase)
            for (i64 s = first; s < last; ++s) {
                float* to = pixels + (origin + taps.dy[s]) * target.line + taps.dx[s] * args.c;
                for (i64 t = phase; t < count; t += apart)
                    add(to + t * step, products + t * width + s * taps.run, taps.run);
            }
    });
}

}  // namespace

// Scratch: the products of a tile, then the rows of the target.
void window_scatter(const ScatterArgs& args, i64 begin, i64 end, float* scratch) {
    const Segments& taps = args.segments;
    const i64 width = (taps.count * taps.run + kPanel - 1) / kPanel * kPanel;
    const i64 reach = args.column_origin + (args.q - 1) * args.column_step + taps.dx_max + 1;
    const i64 first_column = args.column_origin + taps.dx_min;
    const i64 left = first_column < 0 ? first_column : 0;
    const i64 right = reach > args.w ? reach : args.w;
    Target target{};
    target.pixels = scratch + kTileRows * width;
    target.line = (right - left) * args.c;
    target.left = left;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 image = unit / args.row_blocks;
        target.first = unit % args.row_blocks * args.row_block;
        target.rows =
            args.h - target.first < args.row_block ? args.h - target.first : args.row_block;
        clear(target.pixels, target.rows * target.line);
        for (i64 row = 0; row < args.p; ++row) {
            const i64 y = args.row_origin + row * args.row_step;
            if (y + taps.dy_max < target.first || y + taps.dy_min >= target.first + target.rows)
                continue;
            for (i64 group = 0; group < args.groups; ++group)
                scatter_row(args, target, image, row, group, target.pixels - kTileRows * width);
        }
        for (i64 row = 0; row < target.rows; ++row)
            copy(args.dx + ((image * args.h + target.first + row) * args.w) * args.c,
                 target.pixels + row * target.line - left * args.c, args.w * args.c);
    }
}

}  // namespace convolens::CONVOLENS_ISA
