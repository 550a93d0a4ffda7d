// The same numbers in another order.
#pragma once

#include "kernels/args/types.h"

namespace convolens {

// to[b][c][r] = from[b][r][c]; a row of `from` is from_row floats long. A unit is a block of kRows
// rows of a matrix b.
struct TransposeArgs {
    static constexpr i64 kRows = 64;
    const float* from;
    float* to;
    i64 rows, columns, from_row;
    i64 blocks;  // of rows, per matrix
};

// to(i, j, ...) = from(i, j, ...) along `axes` axes, at least 2, with strides of either sign. A
// unit is a block of rows (of the last axis but one) for one index of all axes before.
//
// The last two axes may each be two axes of an arrangement: rows run on in the source, but in the
// target groups of `row_group` of them are `to_group` apart; columns run on in the target, but in
// the source groups of `column_group` are `from_group` apart. A group is at most the whole extent.
struct MoveArgs {
    static constexpr int kAxes = 16;
    const float* from;
    float* to;
    int axes;
    i64 extents[kAxes];
    i64 from_strides[kAxes];
    i64 to_strides[kAxes];
    i64 row_block, row_blocks;
    i64 row_group, to_group;
    i64 column_group, from_group;
};

}  // namespace convolens
