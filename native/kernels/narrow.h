// The register tile for few outputs: each has several neighbouring lanes.
//
// With 6 outputs, a register of 16 lanes would be mostly empty. So each output gets Each = 2 lanes,
// which take every other product of its sum, and are added up at the end:
//
//   y[t][k] = bias[k] + sum over d < Each, l of a[t][l Each + d] b[l][k Each + d]
#pragma once

#include "kernels/tile_sums.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Tile::b_step is not used: b has one register for each Each steps of a run.
template <int Rows, int Each>
void compute_narrow(const Tile& tile) {
    constexpr typename Count<kLanes>::type lanes{};
    Sums<Rows, 1> sums;
    vec totals[Rows]{};
    const float* b = tile.b;
    const i64 row = tile.a_row;
    i64 chain = 0;
    for (i64 s = 0; s < tile.segments; ++s) {
        const float* a = tile.a + tile.offsets[s];
        for (i64 left = tile.run; left > 0;) {
            const i64 steps = piece_of(divide_up(left, Each), sums.chain);
            const i64 run = left < steps * Each ? left : steps * Each;
            if (chain + steps > sums.chain) {
                chain = 0;
#pragma GCC unroll 16
                for (int t = 0; t < Rows; ++t) totals[t] += sums.total(t, 0);
                sums.clear();
            }
            chain += steps;
            left -= run;
            sums.take_turns(run / Each, [&](vec(&into)[Rows][1]) CONVOLENS_INLINED {
                const vec w = load(b);
                b += kLanes;
#pragma GCC unroll 16
                for (int t = 0; t < Rows; ++t) into[t][0] += repeat<Each>(a + t * row) * w;
                a += Each;
            });
            if (run % Each == 0) continue;
            const vec w = load(b);
            b += kLanes;
            // Only what belongs to the run: a neighbour may be infinite, and 0 times that is not 0.
#pragma GCC unroll 16
            for (int t = 0; t < Rows; ++t)
                sums.part[0][t][0] +=
                    repeat_lanes<Each>(load_first(a + t * row, run % Each), lanes) * w;
        }
    }
    vec start{}, results[Rows];
    if (tile.bias) start = load_first(tile.bias, tile.columns);
#pragma GCC unroll 16
    for (int t = 0; t < Rows; ++t)
        results[t] = start + sum_groups<Each>(totals[t] + sums.total(t, 0), lanes);
    if (tile.behind)
        finish_behind(*tile.behind, tile.channel, results, tile.y, tile.y_row, tile.columns);
#pragma GCC unroll 16
    for (int t = 0; t < Rows; ++t) store_first(tile.y + t * tile.y_row, results[t], tile.columns);
}

template <int Each, int... I>
CONVOLENS_INLINE ComputeTile choose_narrow(i64 rows, Indices<I...>) {
    static constexpr ComputeTile all[] = {compute_narrow<I + 1, Each>...};
    return all[rows - 1];
}

CONVOLENS_INLINE void compute_narrow_tile(const Tile& tile, i64 rows, i64 each) {
    constexpr typename Count<kTileRows>::type all{};
    ComputeTile compute = choose_narrow<2>(rows, all);
    if (each == 4) compute = choose_narrow<4>(rows, all);
    if constexpr (kLanes >= 8)
        if (each == 8) compute = choose_narrow<8>(rows, all);
    if constexpr (kLanes >= 16)
        if (each == 16) compute = choose_narrow<16>(rows, all);
    compute(tile);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
