// Pooling.
#pragma once

#include "kernels/args/types.h"

namespace convolens {

// Neighbouring windows along one axis. Output o, counted from `begin`, reads `count` inputs, `step`
// apart, from first + o * stride on. An average counts `cells` of its cells.
struct WindowRun {
    i64 begin, end;
    i64 first, stride;
    i64 count, step;
    i64 cells;
};

struct PoolAxis {
    i64 inputs, outputs;
    const WindowRun* runs;
    i64 run_count;
};

// Windows over images [N][D][H][W][C], outputs [N][O][P][Q][C].
struct PoolArgs {
    const float* x;
    const float* g;
    float* y;    // the output, or the gradient of the input
    i64* index;  // of max pooling: where the winners are, counted along D, H, W; or null
    i64 n, c;
    PoolAxis axes[3];
    float divisor;  // of averages: instead of the cells, or 0
    // Outputs: a unit is a block of lines and columns of a slice of them.
    i64 line_block, line_blocks;
    i64 column_block, column_blocks;
    // Gradients: a unit is a band of `band` inputs along one axis of an image. Windows
    // band_begin[i] to band_end[i] along this axis reach into band i.
    int banded;
    i64 band, bands;
    const i64* band_begin;
    const i64* band_end;
    bool disjoint;  // no input is read by two windows
    bool covering;  // each is read by exactly one
};

}  // namespace convolens
