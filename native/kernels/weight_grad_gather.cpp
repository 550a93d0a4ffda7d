// The gradient of a convolution's weights from gathered patches: im2col, one tile at a time.
#include "kernels/strips.h"
#include "kernels/weight_grad.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// A block of output positions, and where the numbers lie that their windows read.
struct Block {
    const WeightGradArgs& args;
    const Source& source;
    const i64* offsets;
    i64 first_row, rows;
    i64 first_column, columns;

    i64 positions() const { return rows * columns; }
};

// `count` neighbouring numbers from each of `positions` places, or zeros if there is no source.
CONVOLENS_INLINE void copy_strided(const float* from, i64 from_step, float* to, i64 to_step,
                                   i64 positions, i64 count) {
    for_each_register(0, count, [&](i64 i, auto lanes) {
        if (from) {
            for (i64 p = 0; p < positions; ++p)
                store(to + p * to_step + i, load(from + p * from_step + i, lanes), lanes);
        } else {
            for (i64 p = 0; p < positions; ++p) store(to + p * to_step + i, vec{}, lanes);
        }
    });
}

// to[position][width]: the numbers first .. first + count of each position's window, when its
// segments are laid end to end.
void gather_tile(const Block& block, i64 group, i64 first, i64 count, i64 width, float* to) {
    const WeightGradArgs& args = block.args;
    const Segments& taps = args.segments;
    for (i64 at = 0; at < count;) {
        const i64 segment = (first + at) / taps.run, begin = (first + at) % taps.run;
        const i64 left = taps.run - begin;
        const i64 piece = left < count - at ? left : count - at;
        const Inside inside = block_rows_inside(args, segment, block.first_row, block.rows);
        const float* from = block.source.origin + block.offsets[segment] +
                            block.first_column * block.source.column_step +
                            group * args.group_channels + begin;
        for (i64 row = 0; row < block.rows; ++row) {
            const bool is_inside = row >= inside.first && row < inside.last;
            copy_strided(is_inside ? from + row * block.source.row_step : nullptr,
                         block.source.column_step, to + row * block.columns * width + at, width,
                         block.columns, piece);
        }
        at += piece;
    }
}

// Outputs in lanes: the rows of a tile are taps.
void add_taps_in_rows(const Block& block, i64 group, i64 first, i64 count, const float* gradient,
                      float* patches, float* partial, bool accumulate) {
    const WeightGradArgs& args = block.args;
    const i64 padded = divide_up(args.group_outputs, kLanes) * kLanes;
    const i64 no_offset = 0;
    gather_tile(block, group, first, count, kTileWidth, patches);
    Tile tile{};
    tile.a = patches;
    tile.a_row = 1;
    tile.a_step = kTileWidth;
    tile.offsets = &no_offset;
    tile.segments = 1;
    tile.run = block.positions();
    tile.b = gradient;
    tile.b_step = kPanel;
    tile.accumulate = accumulate;
    tile.y_row = padded;
    for (i64 column = 0; column < padded; column += kPanel) {
        tile.y = partial + first * padded + column;
        tile.columns = padded - column < kPanel ? padded - column : kPanel;
        compute_tile<Unit::kRow>(tile, count);
        tile.b += block.positions() * kPanel;
    }
}

// Taps in lanes: the rows of a tile are outputs, so that sums lie as the weights do.
void add_taps_in_lanes(const Block& block, i64 group, i64 first, i64 count, const float* gradient,
                       float* patches, float* partial, bool accumulate) {
    const WeightGradArgs& args = block.args;
    const RowTiles tiles = row_tiles(args.group_outputs);
    const i64 length = args.segments.count * args.segments.run;
    const i64 no_offset = 0;
    if (count < kPanel) clear(patches, block.positions() * kPanel);
    gather_tile(block, group, first, count, kPanel, patches);
    Tile tile{};
    tile.a_row = 1;
    tile.a_step = kTileWidth;
    tile.offsets = &no_offset;
    tile.segments = 1;
    tile.run = block.positions();
    tile.b = patches;
    tile.b_step = kPanel;
    tile.accumulate = accumulate;
    tile.y_row = length;
    tile.columns = count;
    for (i64 t = tiles.first; t < tiles.last; ++t) {
        tile.a = gradient + t * block.positions() * kTileWidth;
        tile.y = partial + tiles.begin(t) * length + first;
        compute_tile<Unit::kRow>(tile, tiles.rows(t));
    }
}

}  // namespace

// Scratch: offsets of segments as i64, the patches of a tile, the packed gradient, the padded rows.
void weight_grad_gather(const WeightGradArgs& args, i64 begin, i64 end, float* scratch) {
    const Segments& taps = args.segments;
    const i64 length = taps.count * taps.run;
    const i64 outputs = args.groups * args.group_outputs;
    const i64 panels = divide_up(args.group_outputs, kPanel);
    const i64 group_floats =
        length *
        (args.taps_in_lanes ? args.group_outputs : divide_up(args.group_outputs, kLanes) * kLanes);
    const i64 tiles = divide_up(length, args.taps_in_lanes ? kPanel : kTileRows);
    const i64 blocks = args.n * args.row_blocks * args.strips;
    const i64 most = args.row_block * args.column_block;
    i64* offsets = reinterpret_cast<i64*>(scratch);
    float* patches = scratch + offset_floats(taps.count);
    float* gradient = patches + most * (args.taps_in_lanes ? kPanel : kTileWidth);
    const RowTiles output_tiles = row_tiles(args.group_outputs);
    float* buffer =
        gradient + most * (args.taps_in_lanes ? output_tiles.last * kTileWidth : panels * kPanel);
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 slot = unit / args.parts;
        const Share share(args, unit % args.parts, tiles);
        float* partial = args.partial + slot * args.groups * group_floats;
        const i64 first_block = blocks * slot / args.slots;
        const i64 last_block = blocks * (slot + 1) / args.slots;
        for (i64 at = first_block; at < last_block; ++at) {
            const BlockPlace place = place_of_block(args, args.p, at);
            const i64 image = place.image, first_row = place.first_row, rows = place.rows;
            const WeightGradArgs strip = strip_of(args, place.strip);
            const Source source =
                source_rows(strip, image, first_row, rows, strip.q, buffer, offsets);
            const i64 column_blocks = divide_up(strip.q, args.column_block);
            for (i64 c = 0; c < column_blocks; ++c) {
                const i64 first_column = strip.q * c / column_blocks;
                const i64 columns = strip.q * (c + 1) / column_blocks - first_column;
                const Block block{strip, source, offsets, first_row, rows, first_column, columns};
                const float* g =
                    strip.g + (image * args.p + first_row) * args.g_row + first_column * outputs;
                const bool accumulate = at != first_block || c > 0;
                for (i64 group = share.first_group; group < share.last_group; ++group) {
                    const float* own = g + group * args.group_outputs;
                    if (args.taps_in_lanes) {
                        pack_tiles(own, outputs, rows * columns, output_tiles, gradient);
                    } else {
                        pack_gradient(own, outputs, args.group_outputs, rows * columns, gradient);
                    }
                    const auto add = args.taps_in_lanes ? add_taps_in_lanes : add_taps_in_rows;
                    for (i64 tile = share.first_tile; tile < share.last_tile; ++tile) {
                        // Tiles in rows are of nearly equal size; panels of lanes are whole.
                        const i64 first =
                            args.taps_in_lanes ? tile * kPanel : length * tile / tiles;
                        const i64 next =
                            args.taps_in_lanes ? first + kPanel : length * (tile + 1) / tiles;
                        const i64 count = (next < length ? next : length) - first;
                        float* y = partial + group * group_floats;
                        add(block, group, first, count, gradient, patches, y, accumulate);
                    }
                }
            }
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
