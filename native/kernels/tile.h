// The one inner product of the engine: a register tile of outputs, accumulated over segments.
//
//   y[t][v] = start + sum over segments s and l < run of a[offset[s] + t a_row + l a_step] b[s,
//   l][v]
//
// The tile has up to kTileRows rows t of one or two registers v. For each l, one row of b is loaded
// and each a is broadcast, so kTileRows x 2 accumulators hide the latency of multiply-add and a
// loaded register of b serves kTileRows of them.
//
// The error of a sum grows with the length of its chain of additions, so after kChain products the
// accumulators are added to y and begin anew.
#pragma once

#include "kernels/parts.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

constexpr int kTileColumns = 2;
constexpr int kPanel = kTileColumns * kLanes;
// Two registers hold b, one a, one is spare; the rest are accumulators.
constexpr int kTileRows = (kRegisters - 4) / kTileColumns;
constexpr i64 kChain = 64;
// A loop of up to kChain steps ends where no processor foresees it; one of a quarter as many is
// foreseen (decision 0022). Steps of larger tiles take longer, and were left as they were.
constexpr int kStepsAtOnce = kRegisters >= 32 ? 1 : 4;

struct Tile {
    const float* a;
    i64 a_row, a_step;
    const i64* offsets;
    i64 segments, run;
    const float* b;
    i64 b_step;
    const float* bias;  // added to each row, or null
    bool accumulate;    // add to what y holds
    bool relu;          // negative results become zero
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

// Few sums do not hide the latency of multiply-add: then each has several parts, which take turns,
// as many as there are registers for. That makes the chains shorter, too.
template <int Rows, int Columns>
constexpr int kParts = 4 * Rows * Columns <= kRegisters - 4   ? 4
                       : 2 * Rows * Columns <= kRegisters - 4 ? 2
                                                              : 1;

template <int Rows, int Columns, int Parts = kParts<Rows, Columns>>
struct Sums {
    static constexpr int parts = Parts;
    // So many products make the chains of all parts.
    static constexpr i64 chain = parts * kChain;

    vec part[parts][Rows][Columns]{};

    CONVOLENS_INLINE void clear() {
#pragma GCC unroll 4
        for (int i = 0; i < parts; ++i)
#pragma GCC unroll 16
            for (int t = 0; t < Rows; ++t)
#pragma GCC unroll 2
                for (int v = 0; v < Columns; ++v) part[i][t][v] = vec{};
    }

    CONVOLENS_INLINE vec total(int t, int v) const {
        if constexpr (parts == 4)
            return (part[0][t][v] + part[1][t][v]) + (part[2][t][v] + part[3][t][v]);
        if constexpr (parts == 2) return part[0][t][v] + part[1][t][v];
        return part[0][t][v];
    }

    // Calls step(part) `steps` times.
    template <class Step>
    CONVOLENS_INLINE void take_turns(i64 steps, Step step) {
        i64 l = 0;
#pragma GCC unroll kStepsAtOnce
        for (; l + parts <= steps; l += parts)
#pragma GCC unroll 4
            for (int i = 0; i < parts; ++i) step(part[i]);
        if constexpr (parts > 1)
            for (; l < steps; ++l) step(part[0]);
    }
};

// The next piece of what is left of a run: no longer than a chain, and no longer than the others.
CONVOLENS_INLINE i64 piece_of(i64 left, i64 chain) {
    if (left <= chain) return left;
    const i64 pieces = (left + chain - 1) / chain;
    return (left + pieces - 1) / pieces;
}

template <int Rows, int Columns, Unit unit, int Parts>
CONVOLENS_INLINE void accumulate(Sums<Rows, Columns, Parts>& sums, const float* a, const Tile& tile,
                                 const float* b, i64 run) {
    const i64 b_step = tile.b_step;
    if constexpr (unit == Unit::kStep) {
        // x86 addresses base, base + row and base + 2 row in one instruction each.
        constexpr int kBases = (Rows + 2) / 3;
        const i64 row = tile.a_row;
        const float* base[kBases];
#pragma GCC unroll 8
        for (int j = 0; j < kBases; ++j) base[j] = a + 3 * j * row;
        sums.take_turns(run, [&](vec(&into)[Rows][Columns]) CONVOLENS_INLINED {
            const float* rows[Rows];
#pragma GCC unroll 16
            for (int t = 0; t < Rows; ++t) rows[t] = base[t / 3] + t % 3 * row;
            multiply_add(into, rows, b);
            b += b_step;
#pragma GCC unroll 8
            for (int j = 0; j < kBases; ++j) ++base[j];
        });
    } else {
        const i64 step = tile.a_step;
        sums.take_turns(run, [&](vec(&into)[Rows][Columns]) CONVOLENS_INLINED {
            const float* rows[Rows];
#pragma GCC unroll 16
            for (int t = 0; t < Rows; ++t) rows[t] = a + t;
            multiply_add(into, rows, b);
            a += step;
            b += b_step;
        });
    }
}

// One column of sums: added to y, or stored with the bias; rectified first, if `relu`.
template <int Rows, int Columns, int Parts, class Count>
CONVOLENS_INLINE void finish_column(const Sums<Rows, Columns, Parts>& sums, const Tile& tile,
                                    bool add, bool relu, int column, Count count) {
    vec results[Rows];
    float* y = tile.y + column * kLanes;
    if (add) {
#pragma GCC unroll 16
        for (int t = 0; t < Rows; ++t)
            results[t] = sums.total(t, column) + load(y + t * tile.y_row, count);
    } else {
        vec start{};
        if (tile.bias) start = load(tile.bias + column * kLanes, count);
#pragma GCC unroll 16
        for (int t = 0; t < Rows; ++t) results[t] = sums.total(t, column) + start;
    }
    if (relu) rectify(results);
#pragma GCC unroll 16
    for (int t = 0; t < Rows; ++t) store(y + t * tile.y_row, results[t], count);
}

template <int Rows, int Columns, int Parts>
CONVOLENS_INLINE void finish(const Sums<Rows, Columns, Parts>& sums, const Tile& tile, bool add,
                             bool relu) {
#pragma GCC unroll 2
    for (int v = 0; v < Columns; ++v) {
        const i64 left = tile.columns - v * kLanes;
        if (left >= kLanes) {
            finish_column(sums, tile, add, relu, v, Whole{});
        } else {
            finish_column(sums, tile, add, relu, v, left);
        }
    }
}

template <int Rows, int Columns, Unit unit, bool Alike>
void compute(const Tile& tile) {
    Sums<Rows, Columns, kParts<Alike ? kTileRows : Rows, Columns>> sums;
    // Gradients of weights are long sums, and worth more beginnings.
    constexpr i64 most = unit == Unit::kRow ? kChain : sums.chain;
    const float* b = tile.b;
    const i64 a_step = unit == Unit::kStep ? 1 : tile.a_step;
    bool add = tile.accumulate;
    i64 chain = 0;
    for (i64 s = 0; s < tile.segments; ++s) {
        const float* a = tile.a + tile.offsets[s];
        for (i64 left = tile.run; left > 0;) {
            const i64 run = piece_of(left, most);
            if (chain + run > most) {
                finish(sums, tile, add, false);
                add = true;
                chain = 0;
                sums.clear();
            }
            accumulate<Rows, Columns, unit>(sums, a, tile, b, run);
            chain += run;
            left -= run;
            a += run * a_step;
            b += run * tile.b_step;
        }
    }
    finish(sums, tile, add, tile.relu);
}

using Compute = void (*)(const Tile&);

template <Unit unit, bool Alike, int... I>
CONVOLENS_INLINE Compute choose_tile(int rows, bool narrow, Indices<I...>) {
    static constexpr Compute one[] = {compute<I + 1, 1, unit, Alike>...};
    static constexpr Compute two[] = {compute<I + 1, 2, unit, Alike>...};
    return narrow ? one[rows - 1] : two[rows - 1];
}

// Computes a tile of any number of rows up to kTileRows. Alike: all add in the same order, so that
// it does not matter how many images the rows are of.
template <Unit unit, bool Alike = false>
CONVOLENS_INLINE void compute_tile(const Tile& tile, i64 rows) {
    choose_tile<unit, Alike>(static_cast<int>(rows), tile.columns <= kLanes,
                             typename Count<kTileRows>::type{})(tile);
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
