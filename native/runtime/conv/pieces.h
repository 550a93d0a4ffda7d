// How transformed tiles are cut into pieces: what estimates of the time have to know as well.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// The taps of lines up to which Fourier tiles of 16 pixels take less than those of 32.
constexpr i64 kShortLine = 8;

// What is computed at a time: tiles of a block, which share what is read of the weights; outputs
// and channels of a share of a weight gradient; and its tiles, and their numbers.
struct Pieces {
    i64 tiles, share, grad_tiles, grad_numbers;
};

constexpr Pieces pieces_of(Transform transform) {
    if (transform == Transform::kFourier) return {18, 64, 18, 18 * 390 * 128};
    return {36, 128, 144, 448 * 1024};
}

// The same of Winograd's squares: a share of a weight gradient, and the numbers of its tiles.
constexpr i64 kWinogradShare = 128;
constexpr i64 kWinogradShareFloats = 320 * 1024;
// Weights that are transformed where they are used: for so many tiles at a time.
constexpr i64 kFreshTiles = 56;

}  // namespace convolens
