// The input gradient of a convolution, scattered: col2im, one tile of outputs at a time.
#include "kernels/sheets.h"
#include "kernels/strips.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The rows [first, first + rows) of a strip of an image's gradient.
struct Target {
    Strip strip;
    float* pixels;
    i64 sheets, sheet;  // their number and size
    i64 first, rows;
};

// Adds `whole` registers and `rest` lanes.
template <int whole>
CONVOLENS_INLINE void add(float* to, const float* from, i64 rest) {
    vec sums[whole + 1];
#pragma GCC unroll 4
    for (int i = 0; i < whole; ++i) sums[i] = load(to + i * kLanes) + load(from + i * kLanes);
    to += whole * kLanes;
    from += whole * kLanes;
    if (rest) sums[whole] = load_first(to, rest) + load_first(from, rest);
#pragma GCC unroll 4
    for (int i = 0; i < whole; ++i) store(to + (i - whole) * kLanes, sums[i]);
    if (rest) store_first(to, sums[whole], rest);
}

// Where the products of a tile go: segment s of output t to pixels + rows[s] + t step.
struct Spread {
    const float* products;
    i64 width;  // floats of an output's products
    i64 run;
    float* pixels;
    i64 step;
    i64 sheets, sheet;
    const i64* rows;
    i64 first, last;  // the segments whose rows are in the target
};

// All sheets and rows are visited before the next place on a sheet.
template <int whole>
void spread(const Spread& to, i64 count) {
    const i64 rest = to.run - whole * kLanes;
    for (i64 first = 0; first < count; first += to.sheets) {
        const i64 together = count - first < to.sheets ? count - first : to.sheets;
        for (i64 s = to.first; s < to.last; ++s) {
            const float* from = to.products + first * to.width + s * to.run;
            float* pixels = to.pixels + first * to.step + to.rows[s];
            for (i64 t = 0; t < together; ++t) {
                if constexpr (whole < 4) {
                    add<whole>(pixels, from, rest);
                } else {
                    for_each_register(0, to.run, [&](i64 i, auto lanes) {
                        store(pixels + i, load(pixels + i, lanes) + load(from + i, lanes), lanes);
                    });
                }
                from += to.width;
                pixels += to.sheet + to.step;
            }
        }
    }
}

void spread_tile(const Spread& to, i64 count) {
    switch (to.run / kLanes) {
        case 0:
            return spread<0>(to, count);
        case 1:
            return spread<1>(to, count);
        case 2:
            return spread<2>(to, count);
        case 3:
            return spread<3>(to, count);
        default:
            return spread<4>(to, count);
    }
}

// The products of a tile of outputs with all taps: to[t][length], rows filled up to whole panels.
void multiply(const ScatterArgs& args, const float* g, i64 count, i64 group, float* to) {
    const i64 outputs = args.group_outputs;
    const i64 length = args.segments.count * args.segments.run;
    const i64 panels = divide_up(length, kPanel);
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
                 i64* rows, float* products) {
    const Segments& taps = args.segments;
    const i64 outputs = args.groups * args.group_outputs;
    const float* g =
        args.g + (image * args.p + row) * args.q * outputs + group * args.group_outputs;
    const i64 origin = args.row_origin + row * args.row_step - target.first;
    Spread to{};
    to.products = products;
    to.width = (taps.count * taps.run + kPanel - 1) / kPanel * kPanel;
    to.run = taps.run;
    to.step = args.column_step * args.c;
    to.sheets = target.sheets;
    to.sheet = target.sheet;
    to.rows = rows;
    // The segments ascend.
    to.last = taps.count;
    while (to.first < to.last && origin + taps.dy[to.first] < 0) ++to.first;
    while (to.last > to.first && origin + taps.dy[to.last - 1] >= target.rows) --to.last;
    for (i64 s = to.first; s < to.last; ++s)
        rows[s] = (origin + taps.dy[s]) * target.strip.line + taps.dx[s] * args.c;
    const Strip& strip = target.strip;
    cut_evenly(strip.first_output, strip.last_output, kTileRows, [&](i64 column, i64 count) {
        multiply(args, g + column * outputs, count, group, products);
        to.pixels = target.pixels +
                    (args.column_origin + column * args.column_step - strip.left) * args.c +
                    group * args.group_channels;
        spread_tile(to, count);
    });
}

}  // namespace

// Scratch: the rows of segments as i64, the products of a tile, the sheets of the target.
void window_scatter(const ScatterArgs& args, i64 begin, i64 end, float* scratch) {
    const Segments& taps = args.segments;
    const i64 width = (taps.count * taps.run + kPanel - 1) / kPanel * kPanel;
    const i64 step = args.column_step * args.c;
    i64* rows = reinterpret_cast<i64*>(scratch);
    float* products = scratch + (2 * taps.count + kLanes - 1) / kLanes * kLanes;
    Target target{};
    target.pixels = products + kTileRows * width;
    target.sheets = divide_up(taps.run, step);
    for (i64 unit = begin; unit < end; ++unit) {
        const BlockPlace at = place_of_block(args, args.h, unit);
        const i64 image = at.image;
        target.first = at.first_row;
        target.rows = at.rows;
        target.strip = strip_of_gradient(args, at.strip, taps.dx_max);
        target.sheet = args.row_block * target.strip.line;
        clear(target.pixels, target.sheets * target.sheet);
        for (i64 row = 0; row < args.p; ++row) {
            const i64 y = args.row_origin + row * args.row_step;
            if (y + taps.dy_max < target.first || y + taps.dy_min >= target.first + target.rows)
                continue;
            for (i64 group = 0; group < args.groups; ++group)
                scatter_row(args, target, image, row, group, rows, products);
        }
        for (i64 row = 0; row < target.rows; ++row) {
            float* to =
                args.dx +
                ((image * args.h + target.first + row) * args.w + target.strip.column) * args.c;
            sum_sheets(target.strip, target.pixels + row * target.strip.line, target.sheets,
                       target.sheet, args.bias, args.c, to);
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
