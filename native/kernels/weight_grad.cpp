// The gradient of a convolution's weights: register tiles of weights, summed over output positions.
#include "kernels/kernels.h"
#include "kernels/source.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The gradient of `positions` outputs of one group, each filled up with zeros to whole registers.
void pad_gradient(const float* g, i64 stride, i64 outputs, i64 padded, i64 positions, float* to) {
    for (i64 i = 0; i < positions; ++i) {
        copy(to + i * padded, g + i * stride, outputs);
        clear(to + i * padded + outputs, padded - outputs);
    }
}

// The rows [first, last) of a block for which a segment's row lies inside the image.
Inside rows_inside(const WeightGradArgs& args, i64 segment, i64 first_row, i64 rows) {
    const auto inside = [&](i64 row) {
        const i64 y =
            args.row_origin + (first_row + row) * args.row_step + args.segments.dy[segment];
        return y >= 0 && y < args.h;
    };
    i64 first = 0, last = rows;
    while (first < last && !inside(first)) ++first;
    while (last > first && !inside(last - 1)) --last;
    return {first, last};
}

}  // namespace

// Scratch: offsets of segments and of rows as i64, the padded gradient, the padded rows.
//
// A slot owns neighbouring blocks of rows, and sums them in order: the result depends on the number
// of slots, which follows from the shapes, and not on threads.
void weight_grad(const WeightGradArgs& args, i64 begin, i64 end, float* scratch) {
    const Segments& taps = args.segments;
    const i64 panels = (args.group_outputs + kPanel - 1) / kPanel;
    const i64 padded = (args.group_outputs + kLanes - 1) / kLanes * kLanes;
    const i64 outputs = args.groups * args.group_outputs;
    const i64 length = taps.count * taps.run;
    const i64 blocks = args.n * args.row_blocks;
    i64* offsets = reinterpret_cast<i64*>(scratch);
    i64* row_offsets = offsets + taps.count;
    float* gradient = scratch + 2 * (taps.count + args.row_block);
    float* buffer = gradient + args.row_block * args.q * padded;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 slot = unit / args.panel_groups, panel_group = unit % args.panel_groups;
        const i64 first_panel = panels * panel_group / args.panel_groups;
        const i64 last_panel = panels * (panel_group + 1) / args.panel_groups;
        float* partial = args.partial + slot * args.groups * length * padded;
        const i64 first_block = blocks * slot / args.slots;
        const i64 last_block = blocks * (slot + 1) / args.slots;
        for (i64 block = first_block; block < last_block; ++block) {
            const i64 image = block / args.row_blocks;
            const i64 first_row = block % args.row_blocks * args.row_block;
            const i64 left = args.p - first_row;
            const i64 rows = left < args.row_block ? left : args.row_block;
            const Source source =
                source_rows(args, image, first_row, rows, args.q, buffer, offsets);
            for (i64 row = 0; row < rows; ++row) row_offsets[row] = row * source.row_step;
            const float* g = args.g + (image * args.p + first_row) * args.q * outputs;
            Tile tile{};
            tile.a_row = 1;
            tile.a_step = source.column_step;
            tile.run = args.q;
            tile.b_step = padded;
            tile.accumulate = block != first_block;
            tile.y_row = padded;
            for (i64 group = 0; group < args.groups; ++group) {
                pad_gradient(g + group * args.group_outputs, outputs, args.group_outputs, padded,
                             rows * args.q, gradient);
                for (i64 s = 0; s < taps.count; ++s) {
                    const Inside inside = rows_inside(args, s, first_row, rows);
                    tile.offsets = row_offsets + inside.first;
                    tile.segments = inside.last - inside.first;
                    for_each_tile(taps.run, [&](i64 first, i64 count) {
                        tile.a = source.origin + offsets[s] + group * args.group_channels + first;
                        for (i64 panel = first_panel; panel < last_panel; ++panel) {
                            const i64 column = panel * kPanel;
                            tile.b = gradient + inside.first * args.q * padded + column;
                            tile.y =
                                partial + (group * length + s * taps.run + first) * padded + column;
                            tile.columns = padded - column < kPanel ? padded - column : kPanel;
                            compute_tile<Unit::kRow>(tile, count);
                        }
                    });
                }
            }
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
