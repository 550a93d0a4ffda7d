// The gradient of a convolution's weights: register tiles of weights, summed over output positions.
#include "kernels/weight_grad.h"

namespace convolens::CONVOLENS_ISA {

// Reads the image where it lies, or one group of its channels at a time, side by side: the rows of
// a tile are neighbouring numbers of a segment.
//
// Scratch: offsets of segments and of rows as i64, the packed gradient, the padded rows.
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
    float* buffer = gradient + args.row_block * args.q * panels * kPanel;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 slot = unit / args.parts;
        const Share share(args, unit % args.parts, panels);
        float* partial = args.partial + slot * args.groups * length * padded;
        const i64 first_block = blocks * slot / args.slots;
        const i64 last_block = blocks * (slot + 1) / args.slots;
        for (i64 block = first_block; block < last_block; ++block) {
            const i64 image = block / args.row_blocks;
            const i64 first_row = block % args.row_blocks * args.row_block;
            const i64 left = args.p - first_row;
            const i64 rows = left < args.row_block ? left : args.row_block;
            Source source{};
            if (args.groups == 1)
                source = source_rows(args, image, first_row, rows, args.q, buffer, offsets);
            const float* g = args.g + (image * args.p + first_row) * args.q * outputs;
            Tile tile{};
            tile.a_row = 1;
            tile.run = args.q;
            tile.b_step = kPanel;
            tile.accumulate = block != first_block;
            tile.y_row = padded;
            for (i64 group = share.first_group; group < share.last_group; ++group) {
                if (args.groups > 1)
                    source =
                        group_rows(args, image, first_row, rows, args.q, group, buffer, offsets);
                tile.a_step = source.column_step;
                for (i64 row = 0; row < rows; ++row) row_offsets[row] = row * source.row_step;
                pack_gradient(g + group * args.group_outputs, outputs, args.group_outputs,
                              rows * args.q, gradient);
                for (i64 s = 0; s < taps.count; ++s) {
                    const Inside inside = rows_inside(args, s, first_row, rows);
                    tile.offsets = row_offsets + inside.first;
                    tile.segments = inside.last - inside.first;
                    for_each_tile(taps.run, [&](i64 first, i64 count) {
                        tile.a = source.origin + offsets[s] + first;
                        for (i64 panel = share.first_tile; panel < share.last_tile; ++panel) {
                            const i64 column = panel * kPanel;
                            tile.b = gradient + (panel * rows + inside.first) * args.q * kPanel;
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
