// Neighbouring tiles whose sums are short: a chain of products each (decision 0021).
//
// A tile of few products takes about as long to begin and to end as to compute. Here the loop over
// the tiles stands within the function, and the products of a tile are one loop, too: where they
// are several runs, each is listed by its place.
#pragma once

#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

static_assert(kShortSum <= kChain);

// The tiles lie as many rows on as each has.
struct ShortTiles {
    Tile first;         // without segments
    i64 length;         // of a sum, at most kShortSum
    const i64* places;  // of its products from `first.a`, or null where they are neighbours
    const float* next;  // rows of b to ask for, one a product, or null
    bool fetch;         // ask for a tile's outputs before it is computed, unless they go past
    bool past;          // write outputs past the caches, if tiles have whole lines of memory
};

// Whole registers of outputs, row by row, since memory is written a line at a time.
template <int Rows, int Columns, int Parts>
CONVOLENS_INLINE void finish_past(const Sums<Rows, Columns, Parts>& sums, const Tile& tile) {
    vec start[Columns]{};
    if (tile.bias) {
#pragma GCC unroll 2
        for (int v = 0; v < Columns; ++v) start[v] = load(tile.bias + v * kLanes);
    }
#pragma GCC unroll 16
    for (int t = 0; t < Rows; ++t) {
        vec results[Columns];
#pragma GCC unroll 2
        for (int v = 0; v < Columns; ++v) results[v] = sums.total(t, v) + start[v];
        if (tile.relu) rectify(results);
#pragma GCC unroll 2
        for (int v = 0; v < Columns; ++v)
            store_past(tile.y + t * tile.y_row + v * kLanes, results[v]);
    }
}

// The products of a tile, the l-th of which lies at place(l).
template <int Rows, int Columns, int Parts, class Place>
CONVOLENS_INLINE void accumulate_places(Sums<Rows, Columns, Parts>& sums, const Tile& tile,
                                        i64 length, Place place) {
    const float* b = tile.b;
    const i64 row = tile.a_row;
    i64 l = 0;
    sums.take_turns(length, [&](vec(&into)[Rows][Columns]) CONVOLENS_INLINED {
        // x86 addresses base, base + row and base + 2 row in one instruction each.
        const float* base = tile.a + place(l);
        const float* rows[Rows];
#pragma GCC unroll 16
        for (int t = 0; t < Rows; ++t) {
            rows[t] = base + t % 3 * row;
            if (t % 3 == 2) base += 3 * row;
        }
        multiply_add(into, rows, b);
        b += tile.b_step;
        ++l;
    });
}

template <int Rows, int Columns, bool listed>
void compute_short(const ShortTiles& tiles, i64 count) {
    Tile tile = tiles.first;  // which no output can change
    const i64 length = tiles.length;
    const i64* const places = tiles.places;
    const float* next = tiles.next;
    const bool lines = Columns * kLanes % kLine == 0 && tile.columns == Columns * kLanes;
    const bool past = tiles.past && lines, fetch = tiles.fetch && !past;
    for (; count > 0; --count) {
        if (fetch) fetch_for_writing(tile, Rows);
        Sums<Rows, Columns, kParts<kTileRows, Columns>> sums;
        if constexpr (listed) {
            accumulate_places(sums, tile, length,
                              [&](i64 l) CONVOLENS_INLINED { return places[l]; });
        } else if (next) {
            accumulate_places(sums, tile, length, [&](i64 l) CONVOLENS_INLINED {
                __builtin_prefetch(next + l * kPanel, 0, 3);
                return l;
            });
            next = nullptr;
        } else {
            accumulate<Rows, Columns, Unit::kStep>(sums, tile.a, tile, tile.b, length);
        }
        if (past) {
            finish_past(sums, tile);
        } else {
            finish(sums, tile, tile.accumulate, tile.relu);
        }
        tile.a += Rows * tile.a_row;
        tile.y += Rows * tile.y_row;
    }
}

template <bool listed, int... I>
CONVOLENS_INLINE auto choose_short(i64 rows, bool narrow, Indices<I...>) {
    using Compute = void (*)(const ShortTiles&, i64);
    static constexpr Compute one[] = {compute_short<I + 1, 1, listed>...};
    static constexpr Compute two[] = {compute_short<I + 1, 2, listed>...};
    return narrow ? one[rows - 1] : two[rows - 1];
}

// Computes `rows` rows in tiles of nearly equal size. All add in the same order.
template <bool listed>
CONVOLENS_INLINE void compute_short_tiles(const ShortTiles& tiles, i64 rows) {
    constexpr typename Count<kTileRows>::type sizes{};
    const bool narrow = tiles.first.columns <= kLanes;
    if (rows <= kTileRows) {
        choose_short<listed>(rows, narrow, sizes)(tiles, 1);
        return;
    }
    const i64 count = (rows + kTileRows - 1) / kTileRows;
    const i64 size = rows / count, larger = rows % count;  // so many have a row more
    if (larger > 0) choose_short<listed>(size + 1, narrow, sizes)(tiles, larger);
    ShortTiles others = tiles;
    others.first.a += larger * (size + 1) * tiles.first.a_row;
    others.first.y += larger * (size + 1) * tiles.first.y_row;
    choose_short<listed>(size, narrow, sizes)(others, count - larger);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
