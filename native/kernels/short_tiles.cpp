// Tiles of short sums.
#include "kernels/short_tiles.h"

#include "kernels/kernels.h"
#include "kernels/tile_sums.h"

namespace convolens::CONVOLENS_ISA {
namespace {

static_assert(kShortSum <= kChain);

// Whole registers of outputs, row by row, since memory is written a line at a time.
template <int Rows, int Columns, int Parts>
CONVOLENS_INLINE void finish_past(const Sums<Rows, Columns, Parts>& sums, const Tile& tile) {
    vec results[Columns][Rows];
#pragma GCC unroll 2
    for (int v = 0; v < Columns; ++v) {
        const vec start = tile.bias ? load(tile.bias + v * kLanes) : vec{};
#pragma GCC unroll 16
        for (int t = 0; t < Rows; ++t) results[v][t] = sums.total(t, v) + start;
        if (tile.behind)
            finish_behind(*tile.behind, tile.channel + v * kLanes, results[v], tile.y + v * kLanes,
                          tile.y_row, Whole{});
    }
#pragma GCC unroll 16
    for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 2
        for (int v = 0; v < Columns; ++v)
            store_past(tile.y + t * tile.y_row + v * kLanes, results[v][t]);
}

// The products of a tile, the l-th of which lies at place(l).
template <int Rows, int Columns, int Parts, class Place>
CONVOLENS_INLINE void accumulate_places(Sums<Rows, Columns, Parts>& sums, const Tile& tile,
                                        i64 length, Place place) {
    const float* b = tile.b;
    const i64 row = tile.a_row;
    // Values of their own: a sum of the row before and one more would make a chain of all rows.
    const i64 two_rows = unknown(2 * row), three_rows = unknown(3 * row);
    i64 l = 0;
    sums.take_turns(length, [&](vec(&into)[Rows][Columns]) CONVOLENS_INLINED {
        // x86 addresses base, base + row and base + 2 row in one instruction each.
        const float* base = tile.a + place(l);
        const float* rows[Rows];
#pragma GCC unroll 16
        for (int t = 0; t < Rows; ++t) {
            rows[t] = base + (t % 3 == 0 ? 0 : t % 3 == 1 ? row : two_rows);
            if (t % 3 == 2) base += three_rows;
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
            finish(sums, tile, tile.accumulate, tile.behind);
        }
        tile.a += Rows * tile.a_row;
        tile.y += Rows * tile.y_row;
    }
}

template <bool listed, class Rows>
struct Shorts;

template <bool listed, int... I>
struct Shorts<listed, Indices<I...>> {
    static constexpr ComputeShort narrow[] = {compute_short<I + 1, 1, listed>...};
    static constexpr ComputeShort wide[] = {compute_short<I + 1, 2, listed>...};
    static constexpr TileTable<ComputeShort> table{narrow, wide};
};

template <bool listed>
constexpr TileTable<ComputeShort> kTable = Shorts<listed, Count<kTileRows>::type>::table;

}  // namespace

const TileTable<ComputeShort> kShortTables[2] = {kTable<false>, kTable<true>};

}  // namespace convolens::CONVOLENS_ISA
