// The one inner product of the engine: a register tile of outputs, accumulated over segments.
//
//   y[t][v] = start + sum over segments s and l < run of a[offset[s] + t a_row + l a_step] b[s,
//   l][v]
//
// The tile has up to kTileRows rows t of one or two registers v. For each l, one row of b is loaded
// and each a is broadcast, so kTileRows x 2 accumulators hide the latency of multiply-add and a
// loaded register of b serves kTileRows of them.
#pragma once

#include "kernels/behind.h"
#include "kernels/parts.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {

struct Tile {
    const float* a;
    i64 a_row, a_step;
    const i64* offsets;
    i64 segments, run;
    const float* b;
    i64 b_step;
    const float* bias;     // added to each row, or null
    bool accumulate;       // add to what y holds
    const Behind* behind;  // what results end with, or null
    i64 channel;           // of the first column, for it
    float* y;
    i64 y_row;
    i64 columns;  // that are stored, at most kPanel
};

// Which of a's two strides is 1, so that it can be a constant offset in the instruction.
enum class Unit { kStep, kRow };

// Functions that compute tiles, by the tiles' rows.
template <class Compute>
struct TileTable {
    const Compute* narrow;  // of one register a row
    const Compute* wide;
};

using ComputeTile = void (*)(const Tile&);

// By which stride is 1, and whether tiles of all numbers of rows add in the same order.
extern const TileTable<ComputeTile> kTileTables[2][2];

namespace {

using namespace simd;

constexpr int kTileColumns = 2;
constexpr int kPanel = kTileColumns * kLanes;
// Two registers hold b, one a, one is spare; the rest are accumulators.
constexpr int kTileRows = (kRegisters - 4) / kTileColumns;

// Computes a tile of any number of rows up to kTileRows. Alike: all add in the same order, so that
// it does not matter how many images the rows are of.
template <Unit unit, bool Alike = false>
CONVOLENS_INLINE void compute_tile(const Tile& tile, i64 rows) {
    const TileTable<ComputeTile>& table = kTileTables[unit == Unit::kRow][Alike];
    (tile.columns <= kLanes ? table.narrow : table.wide)[rows - 1](tile);
}

// Asks for the memory that a tile is written to, which takes about as long to come as its products.
CONVOLENS_INLINE void fetch_for_writing(const Tile& tile, i64 rows) {
    for (i64 row = 0; row < rows; ++row)
        for (i64 i = 0; i < kPanel; i += kLanes)
            __builtin_prefetch(tile.y + row * tile.y_row + i, 1, 3);
}

// Splits `length` into tiles and calls body(first, rows) for each.
template <class Body>
CONVOLENS_INLINE void for_each_tile(i64 length, Body body) {
    cut_evenly(0, length, kTileRows, body);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
