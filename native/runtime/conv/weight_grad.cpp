// Weight gradients by register tiles of weights, summed over output positions.
#include <algorithm>

#include "runtime/buffer.h"
#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/sum.h"
#include "runtime/transpose.h"

namespace convolens {
namespace {

// Partial sums of a weight gradient: at most this many floats, and at most this many slots.
constexpr i64 kPartialFloats = 2 * 1024 * 1024;
constexpr i64 kSlots = 16;
// Their patches and one panel of gradients fill most of the first level of cache.
constexpr i64 kGatheredPositions = 192;

using Kernel = decltype(KernelTable::weight_grad);

bool without_sums(const ConvProblem& p, float* dw) {
    if (p.n > 0 && p.p > 0 && p.q > 0) return false;
    std::fill_n(dw, p.k * p.weight_length(), 0.0f);
    return true;
}

// Where images have few long rows, these are cut into strips, and a block is one row.
WeightGradArgs in_strips(const ConvProblem& p, const Taps& taps, const float* x, const float* g) {
    WeightGradArgs args = weight_grad_args(p, taps, x, g);
    args.strips = strips_of(p.n * p.p, p.q, kSummedColumns);
    args.column_block = divide_up(p.q, args.strips);
    args.row_block = 1;
    return args;
}

// Shares the blocks out to slots, each with `floats` sums of its own, and a slot's groups or tiles
// to parts.
void share_out(WeightGradArgs& args, const ConvProblem& p, i64 floats, i64 tiles) {
    args.row_blocks = divide_up(p.p, args.row_block);
    const i64 blocks = p.n * args.row_blocks * args.strips;
    args.slots = std::clamp(kPartialFloats / floats, i64{1}, std::min(kSlots, blocks));
    args.parts = std::clamp(kUnits / args.slots, i64{1}, p.groups > 1 ? p.groups : tiles);
}

void compute(Kernel kernel, WeightGradArgs& args, const ConvProblem& p, i64 floats,
             i64 scratch_floats) {
    const i64 columns = divide_up(p.q, args.strips);
    const i64 blocks = divide_up(p.n * args.row_blocks * args.strips, args.slots);
    const double products = static_cast<double>(blocks * args.row_block) *
                            static_cast<double>(columns) * static_cast<double>(floats);
    launch(kernel, args, args.slots * args.parts,
           kMultiplyAdd * products / static_cast<double>(args.parts),
           static_cast<std::size_t>(scratch_floats));
}

// Sums of a slot lie [group][product][outputs, in whole registers].
void sum_in_rows(Kernel kernel, WeightGradArgs& args, const ConvProblem& p, i64 tiles, i64 scratch,
                 float* dw) {
    const i64 lanes = kernels().lanes, length = p.weight_length(), outputs = p.group_outputs();
    const i64 padded = divide_up(outputs, lanes) * lanes, floats = p.groups * length * padded;
    share_out(args, p, floats, tiles);
    const Buffer partial(static_cast<std::size_t>(args.slots * floats));
    args.partial = partial.data();
    compute(kernel, args, p, floats, scratch);
    if (args.slots == 1) return transpose(partial.data(), dw, p.groups, length, outputs, padded);
    const Buffer total(static_cast<std::size_t>(floats));
    sum(partial.data(), total.data(), 1, args.slots, floats, 1.0f);
    transpose(total.data(), dw, p.groups, length, outputs, padded);
}

// Sums of a slot lie as the weights do.
void sum_in_order(Kernel kernel, WeightGradArgs& args, const ConvProblem& p, i64 tiles, i64 scratch,
                  float* dw) {
    const i64 floats = p.k * p.weight_length();
    share_out(args, p, floats, tiles);
    args.partial = dw;
    if (args.slots == 1) return compute(kernel, args, p, floats, scratch);
    const Buffer partial(static_cast<std::size_t>(args.slots * floats));
    args.partial = partial.data();
    compute(kernel, args, p, floats, scratch);
    sum(partial.data(), dw, 1, args.slots, floats, 1.0f);
}

void gathered(const ConvProblem& p, bool taps_in_lanes, const float* x, const float* g, float* dw) {
    if (without_sums(p, dw)) return;
    const KernelTable& table = kernels();
    const Taps taps = forward_taps(p);
    WeightGradArgs args = in_strips(p, taps, x, g);
    args.taps_in_lanes = taps_in_lanes;
    const i64 columns = divide_up(p.q, args.strips), outputs = p.group_outputs();
    if (args.strips == 1) {
        const i64 rows = std::clamp(kGatheredPositions / p.q, i64{1}, p.p);
        args.row_block = divide_up(p.p, divide_up(p.p, rows));
    }
    args.column_block = divide_up(columns, divide_up(columns, kGatheredPositions));
    const i64 line = line_floats(args.segments, columns, p.stride[1], p.c);
    const i64 gradient = taps_in_lanes ? divide_up(outputs, table.tile_rows) * tile_width(table)
                                       : divide_up(outputs, table.panel) * table.panel;
    const i64 scratch = offset_floats(args.segments.count) +
                        args.row_block * args.column_block * (table.panel + gradient) +
                        block_floats(args.segments, args.row_block, p.stride[0], line);
    const i64 tiles = divide_up(p.weight_length(), taps_in_lanes ? table.panel : table.tile_rows);
    const auto add_up = taps_in_lanes ? sum_in_order : sum_in_rows;
    add_up(table.weight_grad_gather, args, p, tiles, scratch, dw);
}

void gather_taps_weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    gathered(p, true, x, g, dw);
}

}  // namespace

void direct_weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    if (without_sums(p, dw)) return;
    const KernelTable& table = kernels();
    const bool each_group = p.groups > 1;
    const ConvProblem read = each_group ? one_group(p) : p;
    const Taps taps = forward_taps(read);
    WeightGradArgs args = in_strips(p, taps, x, g);
    const i64 columns = divide_up(p.q, args.strips);
    const i64 panels = divide_up(p.group_outputs(), table.panel);
    const i64 line = line_floats(args.segments, columns, p.stride[1], read.c);
    if (args.strips == 1) {
        const i64 row = 2 * (line * p.stride[0] + p.q * panels * table.panel);
        // Groups are shared out between threads.
        args.row_block =
            each_group ? largest_row_block(p.p, 8 * row) : choose_row_block(p.n, p.p, row);
    }
    const i64 scratch = offset_floats(args.segments.count + args.row_block) +
                        args.row_block * columns * table.panel +
                        block_floats(args.segments, args.row_block, p.stride[0], line);
    sum_in_rows(table.weight_grad, args, p, panels, scratch, dw);
}

void gather_weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    gathered(p, false, x, g, dw);
}

void planes_weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    if (without_sums(p, dw)) return;
    const KernelTable& table = kernels();
    const Taps taps = forward_taps(p);
    WeightGradArgs args = in_strips(p, taps, x, g);
    args.taps_in_lanes = true;
    const i64 columns = divide_up(p.q, args.strips), length = p.weight_length();
    const i64 line = line_floats(args.segments, columns, p.stride[1], p.c);
    if (args.strips == 1) args.row_block = choose_row_block(p.n, p.p, line + p.q * p.k);
    const i64 in_registers = divide_up(columns, table.lanes) * table.lanes;
    const i64 scratch =
        length * p.k * table.lanes + p.k * args.row_block * in_registers + 2 * length +
        block_floats(args.segments, args.row_block, p.stride[0], line) + 2 * table.lanes;
    sum_in_order(table.weight_grad_planes, args, p, 1, scratch, dw);
}

const ConvAlgorithm gather_taps = {.name = "gather_taps", .weight_grad = gather_taps_weight_grad};

}  // namespace convolens
