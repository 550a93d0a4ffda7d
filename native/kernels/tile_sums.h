// The sums of a tile, which stay in registers.
//
// The error of a sum grows with the length of its chain of additions, so after kChain products the
// accumulators are added to y and begin anew.
#pragma once

#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

constexpr i64 kChain = 64;
// A loop of up to kChain steps ends where no processor foresees it; one of a quarter as many is
// foreseen (decision 0022). Steps of larger tiles take longer, and were left as they were; for four
// lanes the code is kept small.
constexpr int kStepsAtOnce = kLanes == 8 ? 4 : 1;

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
    const i64 pieces = divide_up(left, chain);
    return divide_up(left, pieces);
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

// One column of sums: added to y, or stored with the bias, after what they end with.
template <int Rows, int Columns, int Parts, class Count>
CONVOLENS_INLINE void finish_column(const Sums<Rows, Columns, Parts>& sums, const Tile& tile,
                                    bool add, const Behind* behind, int column, Count count) {
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
    if (behind)
        finish_behind(*behind, tile.channel + column * kLanes, results, y, tile.y_row, count);
#pragma GCC unroll 16
    for (int t = 0; t < Rows; ++t) store(y + t * tile.y_row, results[t], count);
}

template <int Rows, int Columns, int Parts>
CONVOLENS_INLINE void finish(const Sums<Rows, Columns, Parts>& sums, const Tile& tile, bool add,
                             const Behind* behind) {
#pragma GCC unroll 2
    for (int v = 0; v < Columns; ++v) {
        const i64 left = tile.columns - v * kLanes;
        if (left >= kLanes) {
            finish_column(sums, tile, add, behind, v, Whole{});
        } else {
            finish_column(sums, tile, add, behind, v, left);
        }
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
