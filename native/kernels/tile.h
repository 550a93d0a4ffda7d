// The one inner product of the engine: a register tile of outputs, accumulated over segments.
//
//   y[t][v] = start + sum over segments s and l < run of a[offset[s] + t a_row + l a_step] b[s,
//   l][v]
//
// The tile has up to kTileRows rows t of one or two registers v. For each l, one row of b is loaded
// and each a is broadcast, so kTileRows x 2 accumulators hide the latency of multiply-add and a
// loaded register of b serves kTileRows of them.
#pragma once

#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

constexpr int kTileColumns = 2;
constexpr int kPanel = kTileColumns * kLanes;
// Two registers hold b, one a, one is spare; the rest are accumulators.
constexpr int kTileRows = (kRegisters - 4) / kTileColumns;

struct Tile {
    const float* a;
    i64 a_row, a_step;
    const i64* offsets;
    i64 segments, run;
    const float* b;
    i64 b_step;
    const float* bias;  // added to each row, or null
    bool accumulate;    // start from what y holds
    float* y;
    i64 y_row;
    i64 columns;  // that are stored, at most kPanel
};

// Which of a's two strides is 1, so that it can be a constant offset in the instruction.
enum class Unit { kStep, kRow };

// One step: the products of a row of b with all rows of the tile.
template <int Rows, int Columns>
CONVOLENS_INLINE void multiply_add(vec (&sums)[Rows][Columns], const float* const (&a)[Rows],
                                   const float* b) {
    vec w[Columns];
#pragma GCC unroll 2
    for (int v = 0; v < Columns; ++v) w[v] = load(b + v * kLanes);
#pragma GCC unroll 16
    for (int t = 0; t < Rows; ++t) {
        const vec x = broadcast(*a[t]);
#pragma GCC unroll 2
        for (int v = 0; v < Columns; ++v) sums[t][v] += x * w[v];
    }
}

template <int Rows, int Columns, Unit unit>
CONVOLENS_INLINE void accumulate(vec (&sums)[Rows][Columns], const float* a, const Tile& tile,
                                 const float* b) {
    const i64 b_step = tile.b_step;
    if constexpr (unit == Unit::kStep) {
        // x86 addresses base, base + row and base + 2 row in one instruction each.
        constexpr int kBases = (Rows + 2) / 3;
        const i64 row = tile.a_row;
        const float* base[kBases];
#pragma GCC unroll 8
        for (int j = 0; j < kBases; ++j) base[j] = a + 3 * j * row;
        for (i64 l = 0; l < tile.run; ++l) {
            const float* rows[Rows];
#pragma GCC unroll 16
            for (int t = 0; t < Rows; ++t) rows[t] = base[t / 3] + t % 3 * row;
            multiply_add(sums, rows, b);
            b += b_step;
#pragma GCC unroll 8
            for (int j = 0; j < kBases; ++j) ++base[j];
        }
    } else {
        const i64 step = tile.a_step;
        const auto at = [&](vec(&into)[Rows][Columns]) {
            const float* rows[Rows];
#pragma GCC unroll 16
            for (int t = 0; t < Rows; ++t) rows[t] = a + t;
            multiply_add(into, rows, b);
            a += step;
            b += b_step;
        };
        i64 l = 0;
        if constexpr (Rows * Columns < 8) {
            // Too few sums to hide the latency of multiply-add: every other step has its own.
            vec odd[Rows][Columns]{};
            for (; l + 2 <= tile.run; l += 2) {
                at(sums);
                at(odd);
            }
#pragma GCC unroll 16
            for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 2
                for (int v = 0; v < Columns; ++v) sums[t][v] += odd[t][v];
        }
        for (; l < tile.run; ++l) at(sums);
    }
}

template <int Rows, int Columns, Unit unit>
void compute(const Tile& tile) {
    vec sums[Rows][Columns];
#pragma GCC unroll 2
    for (int v = 0; v < Columns; ++v) {
        const i64 left = tile.columns - v * kLanes;
        const bool whole = left >= kLanes;
        vec start{};
        if (tile.bias) {
            const float* bias = tile.bias + v * kLanes;
            start = whole ? load(bias) : load_first(bias, left);
        }
#pragma GCC unroll 16
        for (int t = 0; t < Rows; ++t) {
            sums[t][v] = start;
            if (tile.accumulate) {
                const float* y = tile.y + t * tile.y_row + v * kLanes;
                sums[t][v] = whole ? load(y) : load_first(y, left);
            }
        }
    }
    const float* b = tile.b;
    for (i64 s = 0; s < tile.segments; ++s) {
        accumulate<Rows, Columns, unit>(sums, tile.a + tile.offsets[s], tile, b);
        b += tile.run * tile.b_step;
    }
#pragma GCC unroll 2
    for (int v = 0; v < Columns; ++v) {
        const i64 left = tile.columns - v * kLanes;
#pragma GCC unroll 16
        for (int t = 0; t < Rows; ++t) {
            float* y = tile.y + t * tile.y_row + v * kLanes;
            if (left >= kLanes) {
                store(y, sums[t][v]);
            } else {
                store_first(y, sums[t][v], left);
            }
        }
    }
}

using Compute = void (*)(const Tile&);

template <Unit unit, int... I>
CONVOLENS_INLINE Compute choose_tile(int rows, bool narrow, Indices<I...>) {
    static constexpr Compute one[] = {compute<I + 1, 1, unit>...};
    static constexpr Compute two[] = {compute<I + 1, 2, unit>...};
    return narrow ? one[rows - 1] : two[rows - 1];
}

// Computes a tile of any number of rows up to kTileRows.
template <Unit unit>
CONVOLENS_INLINE void compute_tile(const Tile& tile, i64 rows) {
    choose_tile<unit>(static_cast<int>(rows), tile.columns <= kLanes,
                      typename Count<kTileRows>::type{})(tile);
}

// Splits `length` into tiles of nearly equal size, so that no narrow one is left at the end, and
// calls body(first, rows) for each.
template <class Body>
CONVOLENS_INLINE void for_each_tile(i64 length, Body body) {
    const i64 tiles = (length + kTileRows - 1) / kTileRows;
    i64 first = 0;
    for (i64 i = 0; i < tiles; ++i) {
        const i64 rows = (length - first + tiles - i - 1) / (tiles - i);
        body(first, rows);
        first += rows;
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
