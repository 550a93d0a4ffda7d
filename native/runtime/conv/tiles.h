// Outputs cut into tiles.
#pragma once

#include "kernels/args/tiles.h"
#include "runtime/conv/conv.h"

namespace convolens {

// How far a kernel's tiles reach: pixels along both axes, and whether lines run down the columns,
// whose axes are exchanged then.
struct TileSize {
    i64 height, width;
    bool down;
};

// The tiles of the forward pass; with `backward` those of the input gradient, a convolution of the
// upstream one with the taps turned round, padded so that the windows reach as far.
TileGrid tiles_of(const ConvProblem& problem, TileSize size, bool backward);

}  // namespace convolens
