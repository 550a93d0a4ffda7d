// Pixels that become blocks of pixels side by side: a transposed convolution, or an input gradient,
// whose windows neither overlap nor leave gaps. Each row of results is a product of matrices, and
// written where it stays.
#include "kernels/kernels.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {

void blocks(const BlocksArgs& args, i64 begin, i64 end, float*) {
    const i64 no_offset = 0, line = args.columns * args.n;
    Tile tile{};
    tile.a_row = args.length;
    tile.a_step = 1;
    tile.offsets = &no_offset;
    tile.segments = 1;
    tile.run = args.length;
    tile.b_step = kPanel;
    tile.y_row = args.n;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = unit * args.row_block;
        const i64 last = first + args.row_block < args.rows ? first + args.row_block : args.rows;
        for (i64 part = 0; part < args.slices * args.taps * args.panels; ++part) {
            const i64 matrix = part / args.panels, column = part % args.panels * kPanel;
            const i64 slice = matrix / args.taps, tap = matrix % args.taps;
            tile.b = args.packed + part * args.length * kPanel;
            tile.bias = args.bias ? args.bias + column : nullptr;
            tile.columns = args.n - column < kPanel ? args.n - column : kPanel;
            for (i64 row = first; row < last; ++row) {
                const i64 outer = row / args.lines * args.slices + slice;
                const i64 to = (outer * args.lines + row % args.lines) * args.taps + tap;
                for_each_tile(args.columns, [&](i64 pixel, i64 pixels) {
                    tile.a = args.x + (row * args.columns + pixel) * args.length;
                    tile.y = args.y + to * line + pixel * args.n + column;
                    compute_tile<Unit::kStep>(tile, pixels);
                });
            }
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
