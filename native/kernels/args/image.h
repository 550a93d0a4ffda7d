// Images as pixels, resampled, and from patches.
#pragma once

#include "kernels/args/types.h"

namespace convolens {

// Rows of pixels, uint8 or uint16, and of floats. A unit is a row.
struct PixelArgs {
    void* pixels;
    float* x;
    const float* y;             // a second row of floats beside x, or null
    const i64* rows = nullptr;  // which rows of pixels are read, or null for all in order
    i64 all_rows;               // of which those are some
    i64 columns;
    i64 pixel_row, float_row;  // from row to row, in elements
    float scale = 1;           // the pixel that is read as 1
    float largest, shift;
    bool absolute;
};

// The terms of weighted sums along one axis: those of output o are the ones from first[o] to before
// first[o + 1]; each is weight x[index].
struct Terms {
    i64 inputs, outputs;
    const i64* first;
    const i64* index;
    const float* weight;
};

// y[outer][o][i] = the sum of weights times x[outer][input][i] over the terms of o. A unit is
// (outer, o).
struct WeighArgs {
    const float* x;
    float* y;
    Terms terms;
    i64 inner;
};

// y[outer][p][q][i] = the sum of weights times x[outer][row][column][i], where the terms are those
// of p along the rows times those of q along the columns. A unit is (outer, p).
struct WeighPlanesArgs {
    const float* x;
    float* y;
    Terms rows, columns;
    i64 inner;
};

// image[n][h][w][c] = the sum of patches[n][p][q][c][r][s] over the windows (p, q) that read the
// pixel by tap (r, s). Tap r of window p reads row rows[p][r], or none if that is negative; columns
// likewise. A unit is (n, block of rows).
struct FoldArgs {
    const float* patches;
    float* image;
    i64 h, w, c, p, q, r, s;
    const i64* rows;
    const i64* columns;
    i64 row_block, row_blocks;
};

}  // namespace convolens
