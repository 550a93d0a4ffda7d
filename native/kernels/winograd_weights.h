// Weights of square kernels as Winograd's algorithm multiplies them, from those of a layer.
//
// A register holds the outputs of a panel, or its channels for the input gradient. What runs along
// the rows is the other of the two: channels, or outputs.
#pragma once

#include "kernels/tile.h"
#include "kernels/winograd.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Rows [First, Last) of the places of one register of weights; tap(i) loads one.
template <class F, int First, int Last, class Tap>
CONVOLENS_INLINE void write_place_rows(float* u, i64 place_step, Tap tap) {
    if constexpr (First < Last) {
        constexpr int R = F::kTaps, T = F::kTile;
        vec column[R], half[T * R], turned[T];
#pragma GCC unroll 5
        for (int j = 0; j < R; ++j) {
#pragma GCC unroll 5
            for (int i = 0; i < R; ++i) column[i] = tap(i * R + j);
            F::template values<R, 1, R>(column, half + j);
        }
#pragma GCC unroll 6
        for (int i = First; i < Last; ++i) {
            F::template values<R, 1, 1>(half + R * i, turned);
#pragma GCC unroll 6
            for (int j = 0; j < T; ++j) store(u + (i * T + j) * place_step, turned[j]);
        }
        // All rows at once would need more registers than there are.
        asm volatile("" ::: "memory");
    }
}

// Transforms the weights of one register and writes them to their places. A point and its negative
// share what they compute. The only way to do so: another one would round otherwise.
template <class F, class Tap>
CONVOLENS_INLINE void write_weights(float* u, i64 place_step, Tap tap) {
    write_place_rows<F, 0, 1>(u, place_step, tap);
    write_place_rows<F, 1, 3>(u, place_step, tap);
    write_place_rows<F, 3, F::kTile - 1>(u, place_step, tap);
    write_place_rows<F, F::kTile - 1, F::kTile>(u, place_step, tap);
}

// For the forward pass rows are channels, and those of w are what its lanes are: blocks of kLanes x
// kLanes are turned. Writes `count` rows, from c on, of the outputs from `output` on; those that do
// not exist are zero.
CONVOLENS_INLINE void turn_weights(const WinogradWeights& weights, i64 taps, i64 output, i64 c,
                                   i64 count, float* to, i64 row_step, i64 tap_step) {
    const i64 left = weights.outputs - output;
    const i64 outputs = left < 0 ? 0 : left < kLanes ? left : kLanes;
    const i64 step = taps * weights.channels;
    for (i64 tap = 0; tap < taps; ++tap) {
        const float* from = weights.w + (output * taps + tap) * weights.channels + c;
        transpose_block(from, step, to + tap * tap_step, row_step, outputs, count, kLanes);
        // The next channels of so many outputs: the processor does not foresee them.
        for (i64 i = 0; i < outputs; ++i) __builtin_prefetch(from + i * step + kLanes, 0, 3);
    }
}

// For the input gradient rows are outputs: calls body(tap), where tap(i) is a register of the
// channels from `channel` on, with the taps turned round; those that do not exist are zero.
template <class Body>
CONVOLENS_INLINE void with_turned_taps(const WinogradWeights& weights, i64 taps, i64 output,
                                       i64 channel, Body body) {
    constexpr i64 kAhead = 3;
    const i64 left = weights.channels - channel;
    const float* w = weights.w + output * taps * weights.channels + channel;
    // The taps of an output lie far apart: the processor does not foresee the next ones.
    for (i64 tap = 0; tap < taps; ++tap)
        __builtin_prefetch(w + (kAhead * taps + tap) * weights.channels, 0, 3);
    const auto with = [&](auto lanes) CONVOLENS_INLINED {
        body([&](i64 tap) CONVOLENS_INLINED {
            return load(w + (taps - 1 - tap) * weights.channels, lanes);
        });
    };
    if (left >= kLanes) {
        with(Whole{});
    } else if (left > 0) {
        with(left);
    } else {
        body([](i64) { return vec{}; });
    }
}

// Transforms rows [first, last) of a panel into u [place][row][kPanel]. Scratch: a block of kLanes
// x kLanes weights at each tap.
template <class F>
void transform_weights(const WinogradWeights& weights, i64 panel, i64 first, i64 last, float* u,
                       i64 place_step, float* scratch) {
    constexpr i64 kTaps = F::kTaps * F::kTaps, kBlock = kLanes * kLanes;
    if (weights.backward) {
        for (i64 k = first; k < last; ++k, u += kPanel)
            for (i64 v = 0; v < kPanel; v += kLanes)
                with_turned_taps(
                    weights, kTaps, k, panel * kPanel + v,
                    [&](auto tap) CONVOLENS_INLINED { write_weights<F>(u + v, place_step, tap); });
        return;
    }
    for (i64 c = first; c < last; c += kLanes, u += kLanes * kPanel)
        for (i64 v = 0; v < kPanel; v += kLanes) {
            const i64 count = last - c < kLanes ? last - c : kLanes;
            turn_weights(weights, kTaps, panel * kPanel + v, c, count, scratch, kLanes, kBlock);
            for (i64 i = 0; i < count; ++i)
                write_weights<F>(u + i * kPanel + v, place_step, [&](int tap) CONVOLENS_INLINED {
                    return load(scratch + tap * kBlock + i * kLanes);
                });
        }
}

// Lays the rows of a panel out as they are: [row][tap][kPanel].
CONVOLENS_INLINE void lay_out_taps(const WinogradWeights& weights, i64 taps, i64 panel, i64 rows,
                                   float* to) {
    const i64 row_step = taps * kPanel, step = weights.backward ? 1 : kLanes;
    for (i64 row = 0; row < rows; row += step)
        for (i64 v = 0; v < kPanel; v += kLanes) {
            const i64 lane = panel * kPanel + v;
            float* own = to + row * row_step + v;
            if (weights.backward) {
                with_turned_taps(weights, taps, row, lane, [&](auto tap) CONVOLENS_INLINED {
                    for (i64 i = 0; i < taps; ++i) store(own + i * kPanel, tap(i));
                });
            } else {
                const i64 count = rows - row < step ? rows - row : step;
                turn_weights(weights, taps, lane, row, count, own, row_step, kPanel);
            }
        }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
