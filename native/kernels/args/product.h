// Products of matrices.
#pragma once

#include "kernels/args/behind.h"
#include "kernels/args/move.h"
#include "kernels/args/types.h"

namespace convolens {

// packed[panel][l][width] = w(l, panel * width + column), zero beyond `columns`.
// A unit is (group, panel).
struct PackArgs {
    const float* w;
    float* packed;
    i64 length, columns;
    i64 length_stride, column_stride, group_stride;
    i64 segments;  // equal parts of the length; part s begins at segment_offsets[s]
    const i64* segment_offsets;
    i64 panels;
};

// packed[group][segment][l / lanes_each][column x lanes_each + l % lanes_each] for the few columns
// of one register, zero beyond each run and beyond the columns. A unit is a group.
struct PackNarrowArgs {
    PackArgs pack;
    i64 run;         // the length is a number of whole runs
    i64 lanes_each;  // neighbouring lanes that a column has
};

// The weights [k][tap] of one channel, as window_planes reads them: those of a group of outputs
// after the other, packed[tap][k]. One unit is all.
struct PackPlanesArgs {
    const float* w;
    float* packed;
    i64 outputs, taps;
};

// C[m][n] = bias[n] + sum over l of A(m, l) B(l, n). B is packed in panels beforehand, or, where
// `packed` is null, panel by panel into the scratch. A unit is a block of rows of a panel.
struct GemmArgs {
    const float* a;
    i64 a_row, a_step;
    const float* packed;
    PackArgs pack;
    const float* bias;  // or null
    float* c;
    i64 c_row;
    i64 m, n, length;
    i64 panels;
    i64 row_block, row_blocks;  // rows a unit
    bool direct;           // whole panels are read where they lie, rows whose neighbours run on
    bool rows_first;       // the units of a block of rows follow each other, or those of a panel
    const Behind* behind;  // what results end with, or null
    bool past;             // sums are short, C is larger than the caches, and written past them
};

// The same for a batch of pairs of matrices: `one`, moved along the axes of the batch, the last of
// which is the innermost. The results lie one behind the other. The second matrices are packed into
// the scratch. A unit is (batch, panel).
struct BatchGemmArgs {
    static constexpr int kAxes = 16;
    GemmArgs one;
    int axes;
    i64 extents[kAxes], a_strides[kAxes], b_strides[kAxes];
};

// Matrices of a group, `pair` apart. Where they lie woven into each other, such as those of heads
// that are the innermost axis, `move` takes them apart: it lacks the places themselves.
struct WovenMatrices {
    const float* data;  // of the first group
    bool woven;
    i64 pair;    // in the end
    i64 floats;  // of the scratch, if they are woven
    MoveArgs move;
    i64 units;  // of the move
};

// The same, a group of pairs after the other. A unit is a group, along all axes of `groups`, whose
// `one` tells how a pair lies in the end.
struct WovenGemmArgs {
    BatchGemmArgs groups;
    WovenMatrices a, b;
    i64 pairs;
};

// y[o slices + s][l][t][column][n] = bias[n] + x[o][l][column][length] times the matrix (s, t),
// where o lines + l is a row of x. The matrices, [length][n], are packed in panels. A unit is a
// block of rows.
struct BlocksArgs {
    const float* x;
    const float* packed;
    const float* bias;  // or null
    float* y;
    i64 rows, columns, length;
    i64 lines, slices, taps, n;
    i64 panels;
    i64 row_block;
};

// partial[slot][m][n] = the sum over a slot's share of l < length of a[l][m] b[l][n], some l at a
// time: both matrices are read as they come and packed. A unit is (slot, part of the tiles of m).
struct LongProductArgs {
    const float* a;
    i64 a_row;
    const float* b;
    i64 b_row;
    float* partial;
    i64 m, n, length;
    i64 block;  // how many l at a time, at most
    i64 slots, parts;
};

// C[m][n] = bias[n] + sum over l of A[m][l] B[n][l]. A unit is kColumns rows of B.
struct DotsArgs {
    static constexpr i64 kColumns = 5;
    const float* a;
    i64 a_row;
    const float* b;
    i64 b_row;
    const float* bias;  // or null
    float* c;
    i64 m, n, length;
};

// partial[chunk][n] = sum over l in chunk of a[l] b[l][n], where neighbours of a row of b run on. A
// unit is a chunk of rows, which lie one behind the other, so that memory is read as it comes.
struct RowProductArgs {
    static constexpr i64 kChain = 64;  // the error of a sum grows with its chain of additions
    const float* a;
    i64 a_step;
    const float* b;
    i64 b_row;
    float* partial;
    i64 n, length;
};

// partial[piece] = the scalar product of a piece of two vectors. A unit is a piece.
struct DotPiecesArgs {
    static constexpr i64 kPiece = 4096;
    const float* a;
    const float* b;
    double* partial;
    i64 length;
};

}  // namespace convolens
