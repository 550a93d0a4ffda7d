// Elements by their places.
#pragma once

#include "kernels/args/middle.h"
#include "kernels/args/types.h"

namespace convolens {

// y[row][:] = the places of the first `count` of a row in order. A unit is a row.
struct TopArgs {
    static constexpr i64 kMost = 64;
    const float* x;
    i64* y;
    i64 length, count;
    bool largest;
};

// y[o][j][:] = x[o][index[j]][:]. A unit is (o, j), or o where `inner` is 1.
struct TakeArgs {
    const float* x;
    const i64* index;
    float* y;
    i64 inputs, places, inner;
};

// y[o][index[j]][i] = the sum of x[o][j][i], 0 where there is none. The axis is y's. One chunk.
struct AddAtArgs {
    MiddleAxis axis;
    const float* x;
    const i64* index;
    float* y;
    i64 places;
};

// y[o][j][i] = x[o][index[o][j][i]][i], or y[o][index[o][j][i]][i] += x[o][j][i] after clearing y.
// A unit is (o, block of columns); the axis is the index's. One chunk.
struct GatherArgs {
    MiddleAxis axis;
    const float* x;
    const i64* index;
    float* y;
    i64 length;  // of the other array's middle axis
};

// y[n][index[n][p][c]][c] = x[n][p][c], or adds it, after clearing y; or, the other way round,
// y[n][p][c] = x[n][index[n][p][c]][c]. An index outside [0, pixels) is passed over, and `wrong`
// becomes 1. A unit is (n, block of channels).
struct UnpoolArgs {
    const float* x;
    const i64* index;
    float* y;
    i64 c, places, pixels;
    i64 block, blocks;
    bool accumulate;
    int* wrong;
};

}  // namespace convolens
