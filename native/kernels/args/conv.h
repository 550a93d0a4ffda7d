// Convolution and its gradients.
#pragma once

#include "kernels/args/behind.h"
#include "kernels/args/tiles.h"

namespace convolens {

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
// Serves the convolution and, phase by phase, its input gradient. A unit is (part, n, strip,
// block of rows).
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
    i64 strips = 1;   // between so many units the columns are shared out
    i64 parts = 1;    // and the panels, or the groups
    bool each_group;  // the channels of a group are copied side by side; else read where they lie
    bool slab;        // depthwise only: copy what some channels' windows read side by side first
    bool gather;      // copy the patches of a tile side by side first
    bool list;        // sums are short, of shorter runs: their products are listed one by one
    i64 lanes_each;   // 1, or how many lanes each of a few outputs has (see narrow.h)
    const Behind* behind;  // what outputs end with, or null
    bool past;  // y is larger than the caches: what is computed fast is written past them
};

// Windows over the same images, such as the phases of a strided gradient; all have the row blocks
// of the first one. A unit is (n, strip of columns, block of rows), for all of them.
struct WindowsArgs {
    const WindowArgs* windows;
    i64 count;
};

// An input gradient whose windows add to the pixels that they read.
struct ScatteredArgs {
    const float* g;
    i64 n, p, q;
    i64 row_step, column_step, row_origin, column_origin;
    const float* packed;
    const float* bias;  // or null
    float* dx;
    i64 h, w, c;
    i64 row_block, row_blocks;
    i64 strips;
};

// dx[pixel] = bias + sum over outputs of g x weights, scattered to the pixels that each output's
// window read. A unit is (n, strip of columns, block of rows of dx); its windows' products are
// computed tile by tile.
struct ScatterArgs : ScatteredArgs {
    i64 groups, group_channels, group_outputs;
    Segments segments;  // packed: [group][panel][K/G][width], columns are the taps of a window
};

// The same where a kernel's rows are one segment each: row by row of dx, the products of a kernel's
// row are summed over the outputs and rows of the kernel first. A unit is (n, strip of columns,
// block of rows of dx).
struct RowScatterArgs : ScatteredArgs {
    i64 outputs;
    // The rows of the kernel lie steps x row_step + phases behind the window's origin. Those of one
    // phase are neighbours, and ascend. packed: [phase][panel][its rows][K][width], columns are
    // those of a kernel's row.
    const i64* steps;
    const i64* phases;
    i64 rows;
    i64 run;    // floats of one
    i64 reach;  // columns behind its first
    i64 sheets;
};

// y[i][c] = bias[c] + sum over j < size of x[i][c][j]. A unit is a pixel i.
struct GroupSumArgs {
    const float* x;
    const float* bias;  // or null
    float* y;
    i64 channels, size;
};

// partial[slot][group] += x(window) g, as [segment x run][K/G], rows filled up to whole registers,
// or, where `taps_in_lanes`, as the weights lie: [K/G][segment x run]. A unit is (slot, part): a
// share of the images, and a share of the panels (direct) or of the tiles of taps (gather).
struct WeightGradArgs {
    const float* x;
    const float* g;
    float* partial;
    i64 n, h, w, c;
    i64 groups, group_channels, group_outputs;
    Segments segments;
    i64 row_step, column_step, row_origin, column_origin;
    i64 p, q;
    i64 g_row;  // floats from row to row of g
    i64 row_block, row_blocks;
    // Into so many the columns of g are cut. Blocks of kernels that read them side by side have one
    // row then.
    i64 strips = 1;
    i64 column_block;  // gather only; below the columns of a strip where a block has one row
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

// panels: weights as they are, in panels: of outputs, with rows of channels, or the other way round
// for the input gradient. A unit is a panel.
struct WinogradPanelArgs {
    WinogradWeights weights;
    float* panels;  // [panel][row][tap][width]
    i64 taps;       // of a kernel
};

// y = the convolution of x with transformed weights. A unit is a block of tiles and a part of
// the panels; the blocks of the first part come first.
struct WinogradArgs {
    static constexpr i64 kPieceFloats = 128;  // of panels, that are transformed at a time
    const float* x;
    // Transformed weights; or panels of weights, each transformed for a register tile's tiles at
    // most; or else each unit transforms weights where it uses them.
    const float* u;
    const float* panels;
    WinogradWeights weights;
    const float* bias;  // or null
    float* y;
    TileGrid tiles;
    i64 c, k;
    i64 tile, taps;        // as above
    i64 block, blocks;     // the most tiles of a block, and how many there are
    i64 parts;             // the panels are shared between so many units for each block
    i64 panel_group;       // panels whose products are kept at a time
    i64 input_row;         // channels of a tile, in whole registers with panels
    i64 product_row;       // how many of these there are for a tile, in whole registers
    i64 chain;             // channels whose products are added up at a time
    bool far;              // u is more than a core's cache holds
    const Behind* behind;  // what outputs end with, or null
    bool past;             // y is larger than the caches: whole lines are written past them
};

// The gradient of weights by tiles of `tile` outputs a side: a share of the outputs and channels
// for a slot of the batch's tiles is a unit. `tiles` of them are transformed, multiplied and turned
// into gradients at a time, and these are added up in `sums`, [slot] of [k][taps][taps][c].
struct WinogradGradArgs {
    const float* x;
    const float* g;
    float* sums;
    TileGrid grid;
    i64 c, k;
    i64 tile, taps;
    i64 slots, row_shares, column_shares;
    i64 tiles;         // at a time, about
    i64 rows, panels;  // outputs, and panels of channels, whose products are kept at a time
    i64 width;         // of a panel; a single register holds few channels
};

// How a tile of pixels is transformed. Those of a line are a row of pixels, in steps; Winograd's
// are for so many taps.
enum class Transform {
    kFourier,
    kFourierLine,
    kFourierLongLine,
    kWinogradLine2,
    kWinogradLine3,
    kWinogradLine4,
};

// Pixels of a tile, the numbers of a transformed one that are multiplied, and the taps of the
// largest kernel.
struct TransformSizes {
    i64 height, width, numbers, taps;
};

constexpr TransformSizes sizes_of(Transform transform) {
    if (transform == Transform::kFourier) return {16, 16, 390, 13};
    if (transform == Transform::kFourierLine) return {1, 16, 23, 13};
    if (transform == Transform::kFourierLongLine) return {1, 32, 47, 25};
    return {1, 6, 6, 2 + static_cast<i64>(transform) - static_cast<i64>(Transform::kWinogradLine2)};
}

// Weights that are transformed.
struct TransformWeights {
    WinogradWeights own;
    i64 height, width;  // taps
};

// u: weights transformed for tiles. A unit is a register's number of channels of a panel of
// outputs, or outputs of a panel of channels for the input gradient; the panels of the first ones
// come first.
struct TransformWeightArgs {
    Transform transform;
    TransformWeights weights;
    float* u;  // [panel][number][channels][width], numbers an odd number of lines apart
};

// y = the convolution of x with transformed weights. A unit is a block of tiles and a part of the
// panels; the blocks of the first part come first.
struct TransformArgs {
    Transform transform;
    TileGrid tiles;
    const float* x;
    const float* u;  // or null: then each unit transforms the weights of a panel when it needs them
    TransformWeights weights;
    const float* bias;  // or null
    float* y;
    i64 c, k;              // of a group
    i64 block, blocks;     // the most tiles of a block, and how many there are
    i64 parts;             // the panels are shared between so many units for each block
    i64 panel_group;       // panels whose products are kept at a time
    i64 product_row;       // how many of these there are for a tile, in whole registers
    i64 chain;             // channels whose products are added up at a time
    const Behind* behind;  // what outputs end with, or null
    i64 channel;           // of the group's first output, for it
};

// The gradient of weights by the same tiles: a share of the outputs and channels is a unit. `block`
// tiles are transformed, multiplied and turned into gradients at a time.
struct TransformGradArgs {
    Transform transform;
    TileGrid tiles;
    const float* x;
    const float* g;
    float* dw;          // [k][height][width][c]
    i64 c, k;           // of a group
    i64 height, width;  // taps
    i64 row_shares, column_shares;
    i64 block;  // at most
    i64 rows;   // outputs whose products with a panel of channels are kept at a time
};

}  // namespace convolens
