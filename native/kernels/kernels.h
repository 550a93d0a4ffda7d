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

// y = f(a, b), element by element. A unit is an element.
struct ElementwiseArgs {
    const float* a;
    const float* b;  // the second input, or null
    float* y;
    float factor;
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
    i64 a_step, b_step;
    int axes;
    i64 extents[kAxes];
    i64 a_strides[kAxes];
    i64 b_strides[kAxes];
};

// y[o][chunk][i] = factor * sum over r in chunk of x[o][r][i].
// A unit is (o, chunk, block of i).
struct SumArgs {
    const float* x;
    float* y;
    i64 reduced, inner;
    i64 chunk, chunks;        // of r
    i64 inner_block, blocks;  // of i
    float factor;
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
struct MoveArgs {
    static constexpr int kAxes = 8;
    const float* from;
    float* to;
    int axes;
    i64 extents[kAxes];
    i64 from_strides[kAxes];
    i64 to_strides[kAxes];
    i64 row_block, row_blocks;
};

// Rows of pixels, uint8 or uint16, and of floats. A unit is a row.
struct PixelArgs {
    void* pixels;
    float* x;
    const float* y;  // a second row of floats beside x, or null
    i64 columns;
    i64 pixel_row, float_row;  // from row to row, in elements
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

// Windows over images [N][H][W][C], outputs [N][P][Q][C].
struct PoolArgs {
    const float* x;
    const float* g;
    float* y;
    i64 n, h, w, c, p, q;
    i64 kernel[2], stride[2], padding[2], after[2], dilation[2];
    bool include_padding;
    i64 channel_block;  // for gradients: a unit is (n, block of channels); else it is (n, p)
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
    bool rows_first;  // the units of a block of rows follow each other, or those of a panel
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
// Serves the convolution and, phase by phase, its input gradient. A unit is (n, block of rows).
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
    bool gather;     // copy the patches of a tile side by side first
    i64 lanes_each;  // 1, or how many lanes each of a few outputs has (see narrow.h)
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
#define CONVOLENS_KERNELS(X)                \
    X(relu, ElementwiseArgs)                \
    X(relu_grad, ElementwiseArgs)           \
    X(sigmoid, ElementwiseArgs)             \
    X(sigmoid_grad, ElementwiseArgs)        \
    X(tanh, ElementwiseArgs)                \
    X(tanh_grad, ElementwiseArgs)           \
    X(exp, ElementwiseArgs)                 \
    X(scale, ElementwiseArgs)               \
    X(add, ElementwiseArgs)                 \
    X(sub, ElementwiseArgs)                 \
    X(mul, ElementwiseArgs)                 \
    X(div, ElementwiseArgs)                 \
    X(add_rows, BroadcastArgs)              \
    X(sub_rows, BroadcastArgs)              \
    X(mul_rows, BroadcastArgs)              \
    X(div_rows, BroadcastArgs)              \
    X(sum, SumArgs)                         \
    X(transpose, TransposeArgs)             \
    X(move, MoveArgs)                       \
    X(weigh, WeighArgs)                     \
    X(read_uint8, PixelArgs)                \
    X(read_uint16, PixelArgs)               \
    X(write_uint8, PixelArgs)               \
    X(write_uint16, PixelArgs)              \
    X(softmax, RowsArgs)                    \
    X(softmax_grad, RowsArgs)               \
    X(log_softmax, RowsArgs)                \
    X(log_softmax_grad, RowsArgs)           \
    X(cross_entropy, CrossEntropyArgs)      \
    X(cross_entropy_grad, CrossEntropyArgs) \
    X(dropout, DropoutArgs)                 \
    X(response_norm, ResponseNormArgs)      \
    X(response_norm_grad, ResponseNormArgs) \
    X(max_pool, PoolArgs)                   \
    X(max_pool_grad, PoolArgs)              \
    X(avg_pool, PoolArgs)                   \
    X(avg_pool_grad, PoolArgs)              \
    X(pack, PackArgs)                       \
    X(pack_narrow, PackNarrowArgs)          \
    X(gemm, GemmArgs)                       \
    X(dots, DotsArgs)                       \
    X(window_product, WindowArgs)           \
    X(window_planes, WindowArgs)            \
    X(window_scatter, ScatterArgs)          \
    X(weight_grad, WeightGradArgs)          \
    X(weight_grad_gather, WeightGradArgs)   \
    X(weight_grad_planes, WeightGradArgs)   \
    X(sgd, UpdateArgs)                      \
    X(adagrad, UpdateArgs)                  \
    X(rmsprop, UpdateArgs)                  \
    X(adam, UpdateArgs)

// What a kernel needs to know of an instruction set before it runs.
struct KernelTable {
    const char* isa;
    i64 lanes;
    i64 panel;      // columns of a panel of packed weights
    i64 tile_rows;  // rows of the largest register tile
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
