// The input gradient of a convolution, row by row: what a row of the gradient gets from a column of
// outputs is one sum over the outputs' channels and the kernel's rows, for all of the kernel's
// columns at once; these sums are added up where windows overlap.
#include "kernels/sheets.h"
#include "kernels/strips.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The rows of the kernel that reach a row of the gradient: of the `count` of its phase, which begin
// at `begin`, those `inside`. The first of these meets the row of outputs `output`.
struct Reaching {
    i64 begin, count;
    Inside inside;
    i64 output;
};

Reaching rows_that_reach(const RowScatterArgs& args, i64 row, i64* offsets) {
    const i64 from_origin = row - args.row_origin;
    const i64 steps = from_origin / args.row_step, phase = from_origin % args.row_step;
    const auto [begin, end] = inside_of(args.rows, [&](i64 i) { return args.phases[i] == phase; });
    const auto output = [&](i64 i) { return steps - args.steps[begin + i]; };
    const i64 count = end - begin;
    const Inside inside =
        inside_of(count, [&](i64 i) { return output(i) >= 0 && output(i) < args.p; });
    const i64 first = inside.first < inside.last ? output(inside.first) : 0;
    for (i64 i = inside.first; i < inside.last; ++i)
        offsets[i - inside.first] = (output(i) - first) * args.q * args.outputs;
    return {begin, count, inside, first};
}

// Sums for the outputs of a strip, each window's at its place on one of the sheets.
void sum_rows(const RowScatterArgs& args, const Strip& strip, i64 image, const Reaching& reaching,
              const i64* offsets, float* sheets) {
    const i64 panels = divide_up(args.run, kPanel), step = args.column_step * args.c;
    const float* g = args.g + (image * args.p + reaching.output) * args.q * args.outputs;
    const float* packed =
        args.packed + (reaching.begin * panels + reaching.inside.first) * args.outputs * kPanel;
    Tile tile{};
    tile.a_row = args.outputs;
    tile.a_step = 1;
    tile.offsets = offsets;
    tile.segments = reaching.inside.last - reaching.inside.first;
    tile.run = args.outputs;
    tile.b_step = kPanel;
    tile.y_row = strip.line + step;
    for (i64 first = strip.first_output; first < strip.last_output; first += args.sheets) {
        const i64 left = strip.last_output - first;
        const i64 together = left < args.sheets ? left : args.sheets;
        float* pixels =
            sheets + (args.column_origin + first * args.column_step - strip.left) * args.c;
        cut_evenly(0, together, kTileRows, [&](i64 from, i64 count) {
            tile.a = g + (first + from) * args.outputs;
            for (i64 panel = 0; panel < panels; ++panel) {
                const i64 columns = args.run - panel * kPanel;
                tile.b = packed + panel * reaching.count * args.outputs * kPanel;
                tile.y = pixels + from * tile.y_row + panel * kPanel;
                tile.columns = columns < kPanel ? columns : kPanel;
                compute_tile<Unit::kStep>(tile, count);
            }
        });
    }
}

}  // namespace

// Scratch: the offsets of a kernel's rows as i64, the sheets of a row.
void window_row_scatter(const RowScatterArgs& args, i64 begin, i64 end, float* scratch) {
    i64* offsets = reinterpret_cast<i64*>(scratch);
    float* sheets = scratch + (2 * args.rows + kLanes - 1) / kLanes * kLanes;
    for (i64 unit = begin; unit < end; ++unit) {
        const BlockPlace at = place_of_block(args, args.h, unit);
        const Strip strip = strip_of_gradient(args, at.strip, args.reach);
        // All rows write the same places of the sheets; the others stay zero.
        clear(sheets, args.sheets * strip.line);
        for (i64 row = at.first_row; row < at.first_row + at.rows; ++row) {
            float* to = args.dx + ((at.image * args.h + row) * args.w + strip.column) * args.c;
            const Reaching reaching = rows_that_reach(args, row, offsets);
            if (reaching.inside.first < reaching.inside.last) {
                sum_rows(args, strip, at.image, reaching, offsets, sheets);
                sum_sheets(strip, sheets, args.sheets, strip.line, args.bias, args.c, to);
            } else {
                clear(to, strip.columns * args.c);
                if (args.bias) add_bias(to, args.bias, strip.columns, args.c);
            }
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
