// Sums over a block of outputs of a weight gradient of 3x3 windows, where each output channel reads
// one input channel.
//
// The sums of all taps stay in registers from the block's first row to its last, and what lies
// beside the image is left out pixel by pixel.
#pragma once

#include "kernels/window_sums.h"

namespace convolens::CONVOLENS_ISA {
namespace {

constexpr int kBlockTaps = 3;
// Neighbouring outputs that share the pixels that they load.
constexpr int kBlockGroup = 4;

struct BlockSums {
    const WeightGradArgs& args;
    i64 down;        // from a row of taps to the next
    const float* x;  // the image, from a register of channels on
    const float* g;  // of output (0, 0) of the block, likewise
    i64 top, left;   // the pixel that tap (0, 0) of this output reads; it need not exist
    i64 rows, columns;
    float* sums;  // [tap][channels]
};

// Memory to ask for while a block is computed, in order: of the image, and of the gradient. Both
// are null where nothing is asked for.
struct RowsAhead {
    const float *x, *g;

    // As much as a group of outputs reads itself.
    template <int Step, int Side>
    CONVOLENS_INLINE void fetch() {
        constexpr i64 kOutputs = i64{kBlockGroup} * Side * kLanes;
        if (!x) return;
        x = fetch_lines<kOutputs * Step * Step>(x);
        g = fetch_lines<kOutputs>(g);
    }
};

// `Columns` outputs side by side. With `Edge` some of their pixels may lie beside the image.
template <int Columns, int Step, int Side, bool Edge, class Count>
CONVOLENS_INLINE void add_group(vec (&sums)[kBlockTaps][kBlockTaps][Side], const BlockSums& at,
                                i64 row, i64 column, Count count) {
    const WeightGradArgs& args = at.args;
    const float* g = at.g + row * args.g_row + column * args.c;
    const i64 left = at.left + column * Step;
    vec gradients[Columns][Side];
#pragma GCC unroll 4
    for (int u = 0; u < Columns; ++u)
#pragma GCC unroll 2
        for (int v = 0; v < Side; ++v) gradients[u][v] = load(g + u * args.c + v * kLanes, count);
#pragma GCC unroll 3
    for (int r = 0; r < kBlockTaps; ++r) {
        const i64 y = at.top + row * args.row_step + r * at.down;
        if (y < 0 || y >= args.h) continue;
        const float* x = at.x + (y * args.w + left) * args.c;
#pragma GCC unroll 9
        for (int j = 0; j < (Columns - 1) * Step + kBlockTaps; ++j) {
            if (Edge && (left + j < 0 || left + j >= args.w)) continue;
#pragma GCC unroll 2
            for (int v = 0; v < Side; ++v) {
                const vec own = load(x + j * args.c + v * kLanes, count);
#pragma GCC unroll 3
                for (int s = 0; s < kBlockTaps; ++s)
                    if (reads(Columns, Step, j, s))
                        sums[r][s][v] += gradients[(j - s) / Step][v] * own;
            }
        }
    }
}

// Returns what is to be asked for next.
template <int Step, int Side, class Count>
RowsAhead add_block(const BlockSums& at, RowsAhead ahead, Count count) {
    constexpr i64 kRead = (kBlockGroup - 1) * Step + kBlockTaps;
    vec sums[kBlockTaps][kBlockTaps][Side]{};
    for (i64 row = 0; row < at.rows; ++row) {
        i64 column = 0;
        for (; column + kBlockGroup <= at.columns; column += kBlockGroup) {
            ahead.fetch<Step, Side>();
            const i64 left = at.left + column * Step;
            if (left >= 0 && left + kRead <= at.args.w) {
                add_group<kBlockGroup, Step, Side, false>(sums, at, row, column, count);
            } else {
                add_group<kBlockGroup, Step, Side, true>(sums, at, row, column, count);
            }
        }
        switch (at.columns - column) {
            case 3:
                add_group<3, Step, Side, true>(sums, at, row, column, count);
                break;
            case 2:
                add_group<2, Step, Side, true>(sums, at, row, column, count);
                break;
            case 1:
                add_group<1, Step, Side, true>(sums, at, row, column, count);
                break;
            default:
                break;
        }
    }
    add_sums(at.sums, kBlockTaps * at.args.c, at.args.c, sums, count);
    return ahead;
}

// For step 1 or 2, and the channels of a register or less, or of kSumsBeside registers.
template <int Step>
CONVOLENS_INLINE RowsAhead block_sums_of(const BlockSums& at, RowsAhead ahead, i64 channels) {
    if (channels > kLanes) return add_block<Step, kSumsBeside>(at, ahead, Whole{});
    if (channels == kLanes) return add_block<Step, 1>(at, ahead, Whole{});
    return add_block<Step, 1>(at, ahead, channels);
}

CONVOLENS_INLINE RowsAhead block_sums(const BlockSums& at, RowsAhead ahead, i64 channels) {
    return at.args.column_step == 1 ? block_sums_of<1>(at, ahead, channels)
                                    : block_sums_of<2>(at, ahead, channels);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
