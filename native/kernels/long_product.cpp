// Products of matrices that are long where they are summed, such as gradients of weights over all
// positions of a batch.
#include "kernels/weight_grad.h"

namespace convolens::CONVOLENS_ISA {

// Scratch: a block of both matrices, packed.
void long_product(const LongProductArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 panels = divide_up(args.n, kPanel);
    const i64 no_offset = 0;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 slot = unit / args.parts, part = unit % args.parts;
        const RowTiles tiles = row_tiles(args.m, part, args.parts);
        const i64 from = args.length * slot / args.slots;
        const i64 to = args.length * (slot + 1) / args.slots;
        const i64 blocks = (to - from + args.block - 1) / args.block;
        for (i64 block = 0; block < blocks; ++block) {
            const i64 first = from + (to - from) * block / blocks;
            const i64 length = from + (to - from) * (block + 1) / blocks - first;
            float* packed = scratch + panels * length * kPanel;
            pack_gradient(args.b + first * args.b_row, args.b_row, args.n, length, scratch);
            pack_tiles(args.a + first * args.a_row, args.a_row, length, tiles, packed);
            Tile tile{};
            tile.a_row = 1;
            tile.a_step = kTileWidth;
            tile.offsets = &no_offset;
            tile.segments = 1;
            tile.run = length;
            tile.b_step = kPanel;
            tile.accumulate = block > 0;
            tile.y_row = args.n;
            for (i64 panel = 0; panel < panels; ++panel) {
                const i64 column = panel * kPanel;
                tile.b = scratch + panel * length * kPanel;
                tile.columns = args.n - column < kPanel ? args.n - column : kPanel;
                for (i64 t = tiles.first; t < tiles.last; ++t) {
                    tile.a = packed + (t - tiles.first) * length * kTileWidth;
                    tile.y = args.partial + (slot * args.m + tiles.begin(t)) * args.n + column;
                    compute_tile<Unit::kRow>(tile, tiles.rows(t));
                }
            }
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
