// The products of a few tiles, which take less time than to read transformed weights (decision
// 0023).
//
// Weights are read as they are, laid out in panels, and transformed a piece at a time, which stays
// in the first level of cache, as do the sums that it is added to: those of a chain of channels,
// [place][tile][kPanel].
#pragma once

#include "kernels/tile_sums.h"
#include "kernels/winograd_weights.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Rows of a piece, and how far apart its places lie: an odd number of lines.
constexpr i64 kMostRows = WinogradArgs::kPieceFloats / kPanel;
constexpr i64 kPiece = kLanes < kMostRows ? kLanes : kMostRows;
constexpr i64 kPieceStep = (kPiece * kPanel / kLine | 1) * kLine;
// So many rows ahead weights are asked for: the processor foresees no more than a page.
constexpr i64 kRowsAhead = 8;

// Transforms a piece of weights, [row][tap][kPanel], into u [place][row][kPanel].
template <class F>
CONVOLENS_INLINE void transform_piece(const float* from, i64 rows, float* u) {
    constexpr i64 kTaps = F::kTaps * F::kTaps;
    for (i64 row = 0; row < rows; ++row, from += kTaps * kPanel, u += kPanel) {
        for (i64 i = 0; i < kTaps * kPanel; i += kLine)
            __builtin_prefetch(from + kRowsAhead * kTaps * kPanel + i, 0, 3);
        for (i64 v = 0; v < kPanel; v += kLanes)
            write_weights<F>(u + v, kPieceStep, [&](int tap) CONVOLENS_INLINED {
                return load(from + tap * kPanel + v);
            });
    }
}

// A narrow panel has a register of outputs; as in a tile, its sums then have two parts, which take
// turns.
constexpr bool kPartsAsTiles = kParts<kTileRows, kTileColumns> == 1 && kParts<kTileRows, 1> == 2;
static_assert(kPartsAsTiles && kTileColumns == 2 && kPiece % 2 == 0);

// Adds the products of a piece to the sums, or begins them. `a` [place][tile][kLanes].
template <int Tiles, bool Narrow>
void add_piece(const float* a, const float* u, i64 rows, int places, bool begin, float* sums) {
    for (int place = 0; place < places; ++place) {
        vec part[Tiles][kTileColumns]{};
        if (!begin) {
#pragma GCC unroll 16
            for (int t = 0; t < Tiles; ++t)
#pragma GCC unroll 2
                for (int v = 0; v < kTileColumns; ++v)
                    part[t][v] = load(sums + t * kPanel + v * kLanes);
        }
        const auto step = [&](i64 row) CONVOLENS_INLINED {
            const float* tiles[Tiles];
#pragma GCC unroll 16
            for (int t = 0; t < Tiles; ++t) tiles[t] = a + t * kLanes + row;
            if constexpr (Narrow) {
                const vec w = load(u + row * kPanel);
#pragma GCC unroll 16
                for (int t = 0; t < Tiles; ++t) part[t][row % 2] += broadcast(*tiles[t]) * w;
            } else {
                multiply_add(part, tiles, u + row * kPanel);
            }
        };
        if (rows == kPiece) {
#pragma GCC unroll 8
            for (i64 row = 0; row < kPiece; ++row) step(row);
        } else {
            for (i64 row = 0; row < rows; ++row) step(row);
        }
#pragma GCC unroll 16
        for (int t = 0; t < Tiles; ++t)
#pragma GCC unroll 2
            for (int v = 0; v < kTileColumns; ++v)
                store(sums + t * kPanel + v * kLanes, part[t][v]);
        a += Tiles * kLanes;
        u += kPieceStep;
        sums += Tiles * kPanel;
    }
}

using AddPiece = void (*)(const float*, const float*, i64, int, bool, float*);

template <int... I>
CONVOLENS_INLINE AddPiece choose_piece(i64 tiles, bool narrow, Indices<I...>) {
    static constexpr AddPiece narrow_ones[] = {add_piece<I + 1, true>...};
    static constexpr AddPiece wide_ones[] = {add_piece<I + 1, false>...};
    return narrow ? narrow_ones[tiles - 1] : wide_ones[tiles - 1];
}

// What a panel of some tiles is multiplied from, and where its products go.
struct FewTiles {
    i64 tiles;             // at most kTileRows
    i64 channels, chain;   // and how many of them make a chain
    const float* inputs;   // [channels / kLanes][place][tile][kLanes]
    const float* weights;  // [row][tap][kPanel]
    bool narrow;
    float* products;  // [place][tile][..]
    i64 place, tile;  // how far apart these are
};

// Adds the sums of a chain to the products, or stores the first ones.
CONVOLENS_INLINE void finish_chain(const FewTiles& few, int places, bool first, const float* sums) {
    for (int place = 0; place < places; ++place)
        for (i64 tile = 0; tile < few.tiles; ++tile, sums += kPanel) {
            float* to = few.products + place * few.place + tile * few.tile;
            if (few.narrow) {
                const vec sum = load(sums) + load(sums + kLanes);
                store(to, sum + (first ? vec{} : load(to)));
                continue;
            }
#pragma GCC unroll 2
            for (i64 v = 0; v < kPanel; v += kLanes)
                store(to + v, load(sums + v) + (first ? vec{} : load(to + v)));
        }
}

// The products of a panel, with the bits of `compute_short_tiles` on transformed weights. Scratch:
// a piece, and the sums.
template <class F>
void multiply_few(const FewTiles& few, float* scratch) {
    constexpr i64 kTaps = F::kTaps * F::kTaps;
    const AddPiece add = choose_piece(few.tiles, few.narrow, typename Count<kTileRows>::type{});
    float* sums = scratch + F::kPlaces * kPieceStep;
    for (i64 begin = 0; begin < few.channels; begin += few.chain) {
        const i64 end = begin + few.chain < few.channels ? begin + few.chain : few.channels;
        for (i64 c = begin; c < end; c += kPiece) {
            const i64 rows = end - c < kPiece ? end - c : kPiece;
            transform_piece<F>(few.weights + c * kTaps * kPanel, rows, scratch);
            add(few.inputs + (c - c % kLanes) * F::kPlaces * few.tiles + c % kLanes, scratch, rows,
                F::kPlaces, c == begin, sums);
        }
        finish_chain(few, F::kPlaces, begin == 0, sums);
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
