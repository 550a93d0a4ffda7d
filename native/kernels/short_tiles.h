// Neighbouring tiles whose sums are short: a chain of products each (decision 0021).
//
// A tile of few products takes about as long to begin and to end as to compute. Here the loop over
// the tiles stands within the function, and the products of a tile are one loop, too: where they
// are several runs, each is listed by its place.
#pragma once

#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {

// The tiles lie as many rows on as each has.
struct ShortTiles {
    Tile first;         // without segments
    i64 length;         // of a sum, at most kShortSum
    const i64* places;  // of its products from `first.a`, or null where they are neighbours
    const float* next;  // rows of b to ask for, one a product, or null
    bool fetch;         // ask for a tile's outputs before it is computed, unless they go past
    bool past;          // write outputs past the caches, if tiles have whole lines of memory
};

using ComputeShort = void (*)(const ShortTiles&, i64 count);

// By whether places are listed.
extern const TileTable<ComputeShort> kShortTables[2];

namespace {

// Computes `rows` rows in tiles of nearly equal size. All add in the same order.
template <bool listed>
CONVOLENS_INLINE void compute_short_tiles(const ShortTiles& tiles, i64 rows) {
    const TileTable<ComputeShort>& table = kShortTables[listed];
    const ComputeShort* const sizes = tiles.first.columns <= kLanes ? table.narrow : table.wide;
    if (rows <= kTileRows) return sizes[rows - 1](tiles, 1);
    const i64 count = divide_up(rows, kTileRows);
    const i64 size = rows / count, larger = rows % count;  // so many have a row more
    if (larger > 0) sizes[size](tiles, larger);
    ShortTiles others = tiles;
    others.first.a += larger * (size + 1) * tiles.first.a_row;
    others.first.y += larger * (size + 1) * tiles.first.y_row;
    sizes[size - 1](others, count - larger);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
