// Every kernel: its arguments, and the one list that declares, dispatches and names them.
//
// A kernel computes units [begin, end) of its work. What a unit is stands beside its arguments.
// Units are independent, so any thread may compute any of them, and the result does not depend on
// how they are shared out.
#pragma once

#include <cstdint>

namespace convolens {

using i64 = std::int64_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

// y[unit] = the sum of kSums numbers x, after `steps` times x = x factor + term. A unit is a
// register of y.
struct MultiplyAddArgs {
    static constexpr int kSums = 12;
    float* y;
    i64 steps;
    float factor, term;
};

// y = f(a, b), element by element. A unit is an element.
struct ElementwiseArgs {
    const float* a;
    const float* b;  // the second input, or null
    float* y;
    float factor;
    bool past = false;  // y is larger than the caches: short functions write it past them
};

// y = f(a), or f'(a) b, for a function f with two numbers. A unit is an element.
struct CurveArgs {
    const float* a;
    const float* b;  // upstream, or null
    float* y;
    float first, second;
};

// y = f(a, b, c), element by element. A unit is an element.
struct TernaryArgs {
    const float* a;
    const float* b;
    const float* c;
    float* y;
};

// y = a where the condition is not zero, else b. A step is 0 where one number is for all elements.
// A unit is an element.
struct WhereArgs {
    const unsigned char* condition;
    const float* a;
    const float* b;
    float* y;
    i64 condition_step, a_step, b_step;
};

// y = f(a, b), with rows of `inner` elements. Along a row each input has step 0 or 1; from row to
// row its offset follows from `extents` and strides, the last extent running fastest.
// A unit is a row.
struct BroadcastArgs {
    static constexpr int kAxes = 5;
    const float* a;
    const float* b;
    float* y;
    i64 inner;
    i64 piece;  // a unit is so many neighbours of a row, or what is left of it
    i64 a_step, b_step;
    int axes;
    i64 extents[kAxes];
    i64 a_strides[kAxes];
    i64 b_strides[kAxes];
    bool past;  // y is larger than the caches: one number times a row is written past them
};

// An array [outer][length][inner], seen along its middle axis. A unit is (o, chunk of the middle
// axis, block of columns).
struct MiddleAxis {
    i64 length, inner;
    i64 chunk, chunks;
    i64 block, blocks;
};

// y[o][i] = factor * sum over r of term(x[o][r][i], c[o][i]), or the root of that; if there are
// several chunks, partial[o][chunk][i] = sum over r in chunk of these terms.
struct SumArgs {
    MiddleAxis axis;
    const float* x;
    const float* c;   // or null
    double* partial;  // or null
    float* y;
    double factor;
    bool root;
};

// y[o][i] = factor * sum over r of x[o][r][i], or the root of that.
struct PartialArgs {
    MiddleAxis axis;
    const double* x;
    float* y;
    double factor;
    bool root;
};

// y[o][i] = the product over r of x[o][r][i]; if there are several chunks, partial[o][chunk][i] =
// the product over r in chunk.
struct ProductArgs {
    static constexpr i64 kChunk = 256;  // at most
    MiddleAxis axis;
    const float* x;
    double* partial;  // or null
    float* y;
};

// y[o][i] = the product over r of x[o][r][i], or others[o][r][i] = that over all r' but r. One
// chunk.
struct PartialProductArgs {
    MiddleAxis axis;
    const double* x;
    float* y;
    double* others;
};

// dx[o][r][i] = g[o][i] others[o][chunk of r][i] times the product over all r' of the chunk but r
// of x[o][r'][i], in chunks of at most ProductArgs::kChunk.
struct ProductGradArgs {
    MiddleAxis axis;
    const float* x;
    const float* g;
    const double* others;  // the product of all other chunks, or null where there are none
    float* dx;
};

// y[o][chunk][i] = the largest, or smallest, x[o][r][i] with r in chunk.
struct ExtremeArgs {
    MiddleAxis axis;
    const float* x;
    float* y;
};

// y[o][i] = the r of the first largest, or smallest, x[o][r][i]. One chunk.
struct ArgExtremeArgs {
    MiddleAxis axis;
    const float* x;
    i64* y;
};

// y[o][r][i] = share[o][i] where x[o][r][i] = c[o][i], else 0; or, without c, with the sign of x.
struct ShareArgs {
    MiddleAxis axis;
    const float* x;
    const float* c;  // or null
    const float* share;
    float* y;
};

// y[o][r][i] = sum over r' <= r of x[o][r'][i], or over r' >= r if `reverse`. One chunk.
struct ScanArgs {
    MiddleAxis axis;
    const float* x;
    float* y;
    bool reverse;
};

// Softmax and its kin along the middle axis, with more than one column. One chunk.
struct ColumnsArgs {
    MiddleAxis axis;
    const float* a;
    const float* b;  // the second input, or null
    float* y;
};

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

// Rows of pixels, uint8 or uint16, and of floats. A unit is a row.
struct PixelArgs {
    void* pixels;
    float* x;
    const float* y;             // a second row of floats beside x, or null
    const i64* rows = nullptr;  // which rows of pixels are read, or null for all in order
    i64 columns;
    i64 pixel_row, float_row;  // from row to row, in elements
    float scale = 1;           // the pixel that is read as 1
    float largest, shift;
    bool absolute;
};

// y[outer][o][i] = sum over entries e in [first[o], first[o + 1]) of weight[e]
// x[outer][index[e]][i]. A unit is (outer, o).
struct WeighArgs {
    const float* x;
    float* y;
    i64 inputs, outputs, inner;
    const i64* first;
    const i64* index;
    const float* weight;
};

// The terms of weighted sums along one axis: those of output o are the ones from first[o] to before
// first[o + 1]; each is weight x[index].
struct Terms {
    i64 inputs, outputs;
    const i64* first;
    const i64* index;
    const float* weight;
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

// Rows of `length` contiguous elements. A unit is a row.
struct RowsArgs {
    const float* a;
    const float* b;  // the second input, or null
    float* y;
    i64 length;
};

// A unit is a row of K logits.
struct CrossEntropyArgs {
    const float* logits;
    const i64* labels;
    const float* g;  // upstream, or null when the loss is computed
    i64 g_step;      // 0 where one number is for all rows
    float factor;
    float* y;
    i64 classes;
};

// A loss of scores against labels, where labels may count differently or not at all. A unit is a
// row of K scores.
struct LabelArgs {
    const float* x;
    const i64* labels;    // in range, or `ignored`
    const float* weight;  // of each class, or null
    i64 ignored;
    i64 classes;
    float own, every;  // shares of the loss: of the label's class, and of each class
    float weights;     // the sum of all weights
    const float* g;    // upstream, or null when the loss is computed
    i64 g_step;        // 0 where one number is for all rows
    float factor;      // of g
    float* y;          // the losses, or the gradient
    float* counts;     // how much each label counts; only where the loss is computed
};

// A loss of pairs x[i], t[i], weighted by w[i] and p[i] where these are not null. A unit is a part
// of kPart elements, whose losses are added up into y[part], or left in y.
struct PairLossArgs {
    static constexpr i64 kPart = 4096;
    const float* x;
    const float* t;
    const float* w;
    const float* p;
    const float* g;  // upstream, or null when the loss is computed
    i64 g_step;      // 0 where one number is for all elements
    float factor;    // of g
    float* y;
    i64 size;
    bool each;        // the losses are left as they are
    float parameter;  // such as where a parabola ends
    float* outside;   // of each part: not 0 where an input is outside its range; or null
};

// Distances of rows of `length` numbers of a and b, or their gradient. A unit is a row.
struct DistanceArgs {
    const float* a;
    const float* b;
    const float* distance;  // the last two only for the gradient
    const float* g;
    float* y;
    i64 length;
    float eps;
    bool squares;  // the root of a sum of squares, or the sum of the sizes
};

// y = x or slope x, with a slope for each place of a row of `row` elements; the last row may be
// shorter. A unit is a row, and for the slopes' gradient `rows` of them, whose sums are y[unit].
struct PreluArgs {
    const float* x;
    const float* g;  // upstream, or null
    const float* slope;
    float* y;
    i64 size, row, rows;
};

// A unit is a block of 4 random numbers.
struct DropoutArgs {
    const float* x;
    float* y;
    i64 size;
    u64 seed, stream;
    u64 threshold;
    float scale;
};

// A unit is a pixel, that is a row of C channels.
struct ResponseNormArgs {
    const float* x;
    const float* g;  // upstream, or null when the output is computed
    float* y;
    i64 channels, before, after;
    float k, factor, beta;
};

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

// y = factor * x^exponent * b; where x is 0 and `zero_stays`, 0. A unit is an element.
struct PowerArgs {
    const float* x;
    const float* b;  // or null: 1
    float* y;
    double exponent, factor;
    bool zero_stays;
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

// An array [outer][reduced][inner] cut into chunks of the middle axis and blocks of columns. Of
// each chunk two doubles a column go to partial[outer][chunk][2][inner]. A unit is (outer, chunk,
// block).
struct ColumnChunks {
    i64 reduced, inner;
    i64 chunk, chunks;
    i64 block, blocks;
    double* partial;
};

// The mean of each column of a chunk, and the sum of its squared deviations.
struct MomentsArgs {
    ColumnChunks columns;
    const float* x;
};

// m[0][set], m[1][set] = mean and variance of the columns fold * channels + set * width + i, where
// i < width. A unit is an outer index, with `sets` sets. Scratch: 2 inner doubles.
struct MergeMomentsArgs {
    ColumnChunks columns;
    i64 folds, sets, width;
    float* mean;
    float* variance;
};

// The sum of g and the sum of g (x - centre) of each column of a chunk. `centre` has a number for
// each column of each outer index, or, with `factor`, both have one for each row: g (x - centre)
// factor.
struct CentredSumsArgs {
    ColumnChunks columns;
    const float* x;
    const float* g;
    const float* centre;
    const float* factor;  // or null
};

// plain[outer][c], product[outer][c] = these sums of the columns fold * channels + c, the second
// times scale[outer][c]. A unit is an outer index.
struct MergeSumsArgs {
    ColumnChunks columns;
    i64 folds, channels;
    const float* scale;  // or null
    float* plain;
    float* product;
};

// y = (x - centre) scale + shift + addend, at least 0 with `relu`; or, with g, y = g scale - shift
// - (x - centre) slope; each by columns of an outer index. A unit is (outer, block of rows).
struct ColumnsAffineArgs {
    const float* x;
    const float* g;  // or null
    float* y;
    i64 rows, inner;
    i64 block, blocks;  // of rows
    const float* centre;
    const float* scale;
    const float* shift;
    const float* slope;
    const float* addend;  // like x, or null
    bool relu;            // negative results become zero
    bool far;             // what is read and written is more than stays near
    bool past;            // y is larger than the caches, and written past them
};

// Mean and variance of each row. A unit is a row.
struct RowMomentsArgs {
    const float* x;
    float* mean;
    float* variance;
    i64 length;
};

// Rows brought to mean 0 and variance 1, times weight, plus bias; or, with g, the gradient of that.
// A unit is a row.
struct NormalizeRowsArgs {
    const float* x;
    const float* g;  // or null
    float* y;
    i64 length;
    const float* mean;
    const float* variance;
    float eps;
    const float* weight;  // or null
    const float* bias;    // or null
};

// Mean and variance of each column along the middle axis. A unit has whole columns.
struct MomentsAcrossArgs {
    MiddleAxis axis;
    const float* x;
    float* mean;      // [outer][inner]
    float* variance;  // [outer][inner]
};

// Columns along the middle axis brought to mean 0, times a factor, times weight, plus bias; or,
// with g, the gradient of that. A unit of the gradient has whole columns.
struct NormalizeAcrossArgs {
    MiddleAxis axis;
    const float* x;
    const float* g;  // or null
    float* y;
    const float* mean;    // [outer][inner]
    const float* factor;  // [outer][inner]
    const float* weight;  // [length], or null
    const float* bias;    // [length], or null
};

// partial[outer][2][length]: the sums over a row of g, and of g (x - mean) factor. A unit is a row.
struct SumsAcrossArgs {
    const float* x;
    const float* g;
    const float* mean;    // [outer][inner]
    const float* factor;  // [outer][inner]
    double* partial;
    i64 length, inner;
};

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
    bool direct;      // whole panels are read where they lie, rows whose neighbours run on
    bool rows_first;  // the units of a block of rows follow each other, or those of a panel
    bool relu;        // negative results become zero
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

// The taps of a window as segments: runs of `run` floats that lie side by side in the image and in
// the packed weights.
struct Segments {
    const i64* dy;  // rows from the window's origin
    const i64* dx;  // columns
    i64 count;
    i64 run;
    i64 dy_min, dy_max, dx_min, dx_max;  // dx_max counts the columns of a whole run
};

// Outputs rows x columns, each bias + sum over segments of image x packed weights.
// Serves the convolution and, phase by phase, its input gradient. A unit is (part, n, block of
// rows).
struct WindowArgs {
    const float* x;
    i64 n, h, w, c;  // the image that is read
    i64 groups, group_channels, group_outputs;
    Segments segments;
    i64 row_step, column_step;      // pixels of the image from output to output
    i64 row_origin, column_origin;  // of output (0, 0); negative in the padding
    const float* packed;            // [group][panel][segments x run][width]
    const float* bias;              // or null
    float* y;
    i64 y_image, y_row, y_column;  // strides of the output, in floats
    i64 rows, columns;
    i64 row_block, row_blocks;
    i64 parts = 1;    // between so many units the panels, or the groups, are shared out
    bool each_group;  // the channels of a group are copied side by side; else read where they lie
    bool gather;      // copy the patches of a tile side by side first
    i64 lanes_each;   // 1, or how many lanes each of a few outputs has (see narrow.h)
    bool relu;        // negative outputs become zero
};

// Windows over the same images, such as the phases of a strided gradient; all have the row blocks
// of the first one. A unit is (n, block of rows), for all of them.
struct WindowsArgs {
    const WindowArgs* windows;
    i64 count;
};

// dx[pixel] = bias + sum over outputs of g x weights, scattered to the pixels that each output's
// window read. A unit is (n, block of rows of dx); its windows' products are computed tile by tile.
struct ScatterArgs {
    const float* g;
    i64 n, p, q;
    i64 groups, group_channels, group_outputs;
    Segments segments;
    i64 row_step, column_step, row_origin, column_origin;
    const float* packed;  // [group][panel][K/G][width], columns are the taps of a window
    const float* bias;    // or null
    float* dx;
    i64 h, w, c;
    i64 row_block, row_blocks;
};

// y[i][c] = bias[c] + sum over j < size of x[i][c][j]. A unit is a pixel i.
struct GroupSumArgs {
    const float* x;
    const float* bias;  // or null
    float* y;
    i64 channels, size;
};

// partial[slot][group] += x(window) g, as [segment x run][K/G] or, where `taps_in_lanes`,
// transposed. Rows are filled up to whole registers. A unit is (slot, part): a share of the images,
// and a share of the panels (direct) or of the tiles of taps (gather).
struct WeightGradArgs {
    const float* x;
    const float* g;
    float* partial;
    i64 n, h, w, c;
    i64 groups, group_channels, group_outputs;
    Segments segments;
    i64 row_step, column_step, row_origin, column_origin;
    i64 p, q;
    i64 row_block, row_blocks;
    i64 column_block;  // gather only; below q where a block has one row
    i64 slots;
    i64 parts;
    bool taps_in_lanes;  // gather only
};

// The weight gradient where each output channel reads one input channel. A unit is (slot, part):
// some blocks of rows, and a part of the registers of channels. With windows, which have the same
// blocks, the input gradient too; then there is one part.
struct DepthwiseGradArgs {
    WeightGradArgs weight;
    WindowsArgs input;
};

// Weights of square kernels, for Winograd's algorithm.
struct WinogradWeights {
    const float* w;  // [outputs][taps][taps][channels]
    i64 outputs, channels;
    bool backward;  // for the input gradient: taps turned round, outputs and channels exchanged
};

// u: weights transformed for tiles of `tile` outputs a side.
// A unit is kRowBlock channels of a panel of outputs, or outputs of a panel of channels for the
// input gradient; the panels of the first channels come first.
struct WinogradWeightArgs {
    WinogradWeights weights;
    float* u;        // [panel][place][channels][width], places an odd number of lines apart
    i64 tile, taps;  // outputs and weights a side: F(tile x tile, taps x taps)
    static constexpr i64 kRowBlock = 32;
};

// y = the convolution of x with transformed weights. A unit is a block of tiles and a part of
// the panels; the blocks of the first part come first.
struct WinogradArgs {
    const float* x;
    const float* u;           // or null:
    WinogradWeights weights;  // then each unit transforms these where it uses them
    const float* bias;        // or null
    float* y;
    i64 n, h, w, c;
    i64 p, q, k;
    i64 row_origin, column_origin;  // of output (0, 0); negative in the padding
    i64 tile, taps;                 // as above
    i64 tile_rows, tile_columns;    // per image
    i64 block, blocks;              // the most tiles of a block, and how many there are
    i64 parts;                      // the panels are shared between so many units for each block
    i64 panel_group;                // panels whose products are kept at a time
    i64 product_row;                // how many of these there are for a tile, in whole registers
    i64 chain;                      // channels whose products are added up at a time
    bool relu;                      // negative outputs become zero
};

// The gradient of weights by tiles of `tile` outputs a side: a share of the outputs and channels
// for a slot of the batch's tiles is a unit. `tiles` of them are transformed, multiplied and turned
// into gradients at a time, and these are added up in `sums`, [slot] of [k][taps][taps][c].
struct WinogradGradArgs {
    const float* x;
    const float* g;
    float* sums;
    i64 n, h, w, c;
    i64 p, q, k;
    i64 row_origin, column_origin;
    i64 tile, taps;
    i64 tile_rows, tile_columns;
    i64 slots, row_shares, column_shares;
    i64 tiles;         // at a time, about
    i64 rows, panels;  // outputs, and panels of channels, whose products are kept at a time
    i64 width;         // of a panel; a single register holds few channels
};

// One step of an optimiser on `size` parameters. A unit is an element.
struct UpdateArgs {
    float* parameter;
    const float* gradient;
    float* first;   // momentum, or mean of gradients
    float* second;  // mean of squares
    // Each number is computed in double precision by the caller: 1 - 0.999 in float is 4e-5 off.
    float lr, shrink, weight_decay, momentum, fresh_share, beta1_rest, beta2, beta2_rest, epsilon;
    float root_correction;
    bool nesterov, fresh;
};

// X(name, arguments, floats of scratch a unit needs)
#define CONVOLENS_KERNELS(X)                      \
    X(multiply_adds, MultiplyAddArgs)             \
    X(relu, ElementwiseArgs)                      \
    X(relu_grad, ElementwiseArgs)                 \
    X(sigmoid, ElementwiseArgs)                   \
    X(sigmoid_grad, ElementwiseArgs)              \
    X(tanh, ElementwiseArgs)                      \
    X(tanh_grad, ElementwiseArgs)                 \
    X(exp, ElementwiseArgs)                       \
    X(scale, ElementwiseArgs)                     \
    X(add, ElementwiseArgs)                       \
    X(sub, ElementwiseArgs)                       \
    X(mul, ElementwiseArgs)                       \
    X(div, ElementwiseArgs)                       \
    X(add_rows, BroadcastArgs)                    \
    X(sub_rows, BroadcastArgs)                    \
    X(mul_rows, BroadcastArgs)                    \
    X(div_rows, BroadcastArgs)                    \
    X(sum, SumArgs)                               \
    X(sum_squares, SumArgs)                       \
    X(sum_absolutes, SumArgs)                     \
    X(sum_deviations, SumArgs)                    \
    X(sum_exponentials, SumArgs)                  \
    X(sum_matches, SumArgs)                       \
    X(add_partials, PartialArgs)                  \
    X(product, ProductArgs)                       \
    X(multiply_partials, PartialProductArgs)      \
    X(multiply_others, PartialProductArgs)        \
    X(product_grad, ProductGradArgs)              \
    X(largest, ExtremeArgs)                       \
    X(smallest, ExtremeArgs)                      \
    X(arg_largest, ArgExtremeArgs)                \
    X(arg_smallest, ArgExtremeArgs)               \
    X(share_matches, ShareArgs)                   \
    X(share_signs, ShareArgs)                     \
    X(cumulative_sum, ScanArgs)                   \
    X(top, TopArgs)                               \
    X(take, TakeArgs)                             \
    X(add_at, AddAtArgs)                          \
    X(gather, GatherArgs)                         \
    X(scatter_add, GatherArgs)                    \
    X(transpose, TransposeArgs)                   \
    X(move, MoveArgs)                             \
    X(weigh, WeighArgs)                           \
    X(read_uint8, PixelArgs)                      \
    X(read_uint16, PixelArgs)                     \
    X(write_uint8, PixelArgs)                     \
    X(write_uint16, PixelArgs)                    \
    X(weigh_planes, WeighPlanesArgs)              \
    X(fold, FoldArgs)                             \
    X(softmax, RowsArgs)                          \
    X(softmax_grad, RowsArgs)                     \
    X(log_softmax, RowsArgs)                      \
    X(log_softmax_grad, RowsArgs)                 \
    X(softmax_across, ColumnsArgs)                \
    X(softmax_grad_across, ColumnsArgs)           \
    X(log_softmax_across, ColumnsArgs)            \
    X(log_softmax_grad_across, ColumnsArgs)       \
    X(cross_entropy, CrossEntropyArgs)            \
    X(cross_entropy_grad, CrossEntropyArgs)       \
    X(abs, ElementwiseArgs)                       \
    X(abs_grad, ElementwiseArgs)                  \
    X(log, ElementwiseArgs)                       \
    X(sqrt, ElementwiseArgs)                      \
    X(erf, ElementwiseArgs)                       \
    X(clamp, CurveArgs)                           \
    X(clamp_grad, CurveArgs)                      \
    X(maximum, ElementwiseArgs)                   \
    X(minimum, ElementwiseArgs)                   \
    X(maximum_rows, BroadcastArgs)                \
    X(minimum_rows, BroadcastArgs)                \
    X(maximum_grad, TernaryArgs)                  \
    X(where, WhereArgs)                           \
    X(leaky_relu, CurveArgs)                      \
    X(leaky_relu_grad, CurveArgs)                 \
    X(prelu, PreluArgs)                           \
    X(prelu_input_grad, PreluArgs)                \
    X(prelu_weight_grad, PreluArgs)               \
    X(elu, CurveArgs)                             \
    X(elu_grad, CurveArgs)                        \
    X(gelu, ElementwiseArgs)                      \
    X(gelu_grad, ElementwiseArgs)                 \
    X(gelu_tanh, ElementwiseArgs)                 \
    X(gelu_tanh_grad, ElementwiseArgs)            \
    X(silu, ElementwiseArgs)                      \
    X(silu_grad, ElementwiseArgs)                 \
    X(softplus, CurveArgs)                        \
    X(softplus_grad, CurveArgs)                   \
    X(hardtanh_grad, CurveArgs)                   \
    X(hardsigmoid, ElementwiseArgs)               \
    X(hardsigmoid_grad, ElementwiseArgs)          \
    X(hardswish, ElementwiseArgs)                 \
    X(hardswish_grad, ElementwiseArgs)            \
    X(scaled_tanh, ElementwiseArgs)               \
    X(scaled_tanh_grad, ElementwiseArgs)          \
    X(label_counts, LabelArgs)                    \
    X(label_cross_entropy, LabelArgs)             \
    X(label_cross_entropy_grad, LabelArgs)        \
    X(nll_loss, LabelArgs)                        \
    X(nll_loss_grad, LabelArgs)                   \
    X(mse_loss, PairLossArgs)                     \
    X(mse_loss_grad, PairLossArgs)                \
    X(l1_loss, PairLossArgs)                      \
    X(l1_loss_grad, PairLossArgs)                 \
    X(smooth_l1_loss, PairLossArgs)               \
    X(smooth_l1_loss_grad, PairLossArgs)          \
    X(huber_loss, PairLossArgs)                   \
    X(huber_loss_grad, PairLossArgs)              \
    X(bce_loss, PairLossArgs)                     \
    X(bce_loss_grad, PairLossArgs)                \
    X(bce_with_logits, PairLossArgs)              \
    X(bce_with_logits_grad, PairLossArgs)         \
    X(kl_div, PairLossArgs)                       \
    X(kl_div_grad, PairLossArgs)                  \
    X(distance, DistanceArgs)                     \
    X(distance_grad, DistanceArgs)                \
    X(dropout, DropoutArgs)                       \
    X(response_norm, ResponseNormArgs)            \
    X(response_norm_grad, ResponseNormArgs)       \
    X(max_pool, PoolArgs)                         \
    X(max_pool_indices, PoolArgs)                 \
    X(max_pool_grad, PoolArgs)                    \
    X(avg_pool, PoolArgs)                         \
    X(avg_pool_grad, PoolArgs)                    \
    X(power, PowerArgs)                           \
    X(unpool, UnpoolArgs)                         \
    X(unpool_grad, UnpoolArgs)                    \
    X(moments, MomentsArgs)                       \
    X(merge_moments, MergeMomentsArgs)            \
    X(centred_sums, CentredSumsArgs)              \
    X(merge_sums, MergeSumsArgs)                  \
    X(columns_affine, ColumnsAffineArgs)          \
    X(columns_affine_grad, ColumnsAffineArgs)     \
    X(row_moments, RowMomentsArgs)                \
    X(normalize_rows, NormalizeRowsArgs)          \
    X(normalize_rows_grad, NormalizeRowsArgs)     \
    X(moments_across, MomentsAcrossArgs)          \
    X(normalize_across, NormalizeAcrossArgs)      \
    X(normalize_across_grad, NormalizeAcrossArgs) \
    X(sums_across, SumsAcrossArgs)                \
    X(pack, PackArgs)                             \
    X(pack_narrow, PackNarrowArgs)                \
    X(gemm, GemmArgs)                             \
    X(batch_gemm, BatchGemmArgs)                  \
    X(woven_gemm, WovenGemmArgs)                  \
    X(blocks, BlocksArgs)                         \
    X(dots, DotsArgs)                             \
    X(long_product, LongProductArgs)              \
    X(dot_pieces, DotPiecesArgs)                  \
    X(row_product, RowProductArgs)                \
    X(window_product, WindowArgs)                 \
    X(window_planes, WindowArgs)                  \
    X(window_scatter, ScatterArgs)                \
    X(group_windows, WindowArgs)                  \
    X(group_weight_grad, WeightGradArgs)          \
    X(depthwise, WindowsArgs)                     \
    X(depthwise_grad, DepthwiseGradArgs)          \
    X(winograd_weights, WinogradWeightArgs)       \
    X(winograd, WinogradArgs)                     \
    X(winograd_weight_grad, WinogradGradArgs)     \
    X(group_sum, GroupSumArgs)                    \
    X(weight_grad, WeightGradArgs)                \
    X(weight_grad_gather, WeightGradArgs)         \
    X(weight_grad_planes, WeightGradArgs)         \
    X(sgd, UpdateArgs)                            \
    X(adagrad, UpdateArgs)                        \
    X(rmsprop, UpdateArgs)                        \
    X(adam, UpdateArgs)

// What a kernel needs to know of an instruction set before it runs.
struct KernelTable {
    const char* isa;
    i64 lanes;
    i64 panel;      // columns of a panel of packed weights
    i64 tile_rows;  // rows of the largest register tile
    i64 dot_rows;   // rows that scalar products multiply no slower than panels do (decision 0018)
    i64 dot_rows_of_few_panels;
#define CONVOLENS_MEMBER(name, Args) void (*name)(const Args&, i64 begin, i64 end, float* scratch);
    CONVOLENS_KERNELS(CONVOLENS_MEMBER)
#undef CONVOLENS_MEMBER
};

}  // namespace convolens

// The kernels of one instruction set, when compiled for it (CONVOLENS_ISA is then its namespace).
#ifdef CONVOLENS_ISA
namespace convolens::CONVOLENS_ISA {
#define CONVOLENS_DECLARE(name, Args) \
    void name(const Args& args, i64 begin, i64 end, float* scratch);
CONVOLENS_KERNELS(CONVOLENS_DECLARE)
#undef CONVOLENS_DECLARE
}  // namespace convolens::CONVOLENS_ISA
#endif
