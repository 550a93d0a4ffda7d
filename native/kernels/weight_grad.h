// What the ways to compute a weight gradient share.
#pragma once

#include "kernels/kernels.h"
#include "kernels/source.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The rows of a tile, packed side by side in whole registers.
constexpr i64 kTileWidth = divide_up(kTileRows, kLanes) * kLanes;

// `outputs` numbers of each of `positions` gradients, panel by panel: to[panel][position][kPanel],
// filled up with zeros to whole registers. The rows of one panel lie side by side: at the stride of
// a whole gradient, a power of two as a rule, they would compete for the same few lines of cache.
[[maybe_unused]] void pack_gradient(const float* g, i64 stride, i64 outputs, i64 positions,
                                    float* to) {
    for (i64 i = 0; i < positions; ++i)
        for (i64 first = 0; first < outputs; first += kPanel) {
            const i64 last = first + kPanel < outputs ? first + kPanel : outputs;
            float* panel = to + first * positions + i * kPanel;
            for_each_register(first, last, [&](i64 k, auto lanes) CONVOLENS_INLINED {
                store(panel + k - first, load_in_turn(g + i * stride + k, lanes));
            });
        }
}

// The tiles [first, last) of the rows of a product, which are columns of a: `width` each, but for
// the last of all.
struct RowTiles {
    i64 m, width, first, last;

    i64 begin(i64 tile) const { return tile * width; }
    i64 rows(i64 tile) const { return m - begin(tile) < width ? m - begin(tile) : width; }
};

// A part of the tiles of m rows, of nearly equal size.
CONVOLENS_INLINE RowTiles row_tiles(i64 m, i64 part = 0, i64 parts = 1) {
    const i64 count = divide_up(m, kTileRows);
    return {m, divide_up(m, count), count * part / parts, count * (part + 1) / parts};
}

// to[tile][l][kTileWidth]: the columns of a of each tile side by side. Behind them lie those of the
// next tile, which nobody reads, wherever whole registers can be moved.
[[maybe_unused]] void pack_tiles(const float* a, i64 row, i64 length, const RowTiles& tiles,
                                 float* to) {
    const i64 whole = tiles.m < kTileWidth ? 0 : (tiles.m - kTileWidth) / tiles.width + 1;
    const i64 last_whole = whole < tiles.last ? whole : tiles.last;
    for (i64 l = 0; l < length; ++l, a += row) {
        float* packed = to + l * kTileWidth;
        i64 tile = tiles.first;
        for (; tile < last_whole; ++tile, packed += length * kTileWidth)
            for (i64 i = 0; i < kTileWidth; i += kLanes)
                store(packed + i, load_in_turn(a + tiles.begin(tile) + i, Whole{}));
        for (; tile < tiles.last; ++tile, packed += length * kTileWidth)
            for_each_register(0, tiles.rows(tile), [&](i64 i, auto lanes) CONVOLENS_INLINED {
                store(packed + i, load_in_turn(a + tiles.begin(tile) + i, lanes));
            });
    }
}

// What a part computes: some of the groups, or some tiles of the only one.
struct Share {
    i64 first_group, last_group, first_tile, last_tile;

    Share(const WeightGradArgs& args, i64 part, i64 tiles)
        : first_group(0), last_group(args.groups), first_tile(0), last_tile(tiles) {
        if (args.groups > 1) {
            first_group = args.groups * part / args.parts;
            last_group = args.groups * (part + 1) / args.parts;
        } else {
            first_tile = tiles * part / args.parts;
            last_tile = tiles * (part + 1) / args.parts;
        }
    }
};

// The rows of a block for which a segment's row lies inside the image.
[[maybe_unused]] Inside block_rows_inside(const WeightGradArgs& args, i64 segment, i64 first_row,
                                          i64 rows) {
    return inside_of(rows, [&](i64 row) {
        const i64 y =
            args.row_origin + (first_row + row) * args.row_step + args.segments.dy[segment];
        return y >= 0 && y < args.h;
    });
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
