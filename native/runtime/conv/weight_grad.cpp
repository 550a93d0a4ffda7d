#include <algorithm>

#include "runtime/buffer.h"
#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/sum.h"

namespace convolens {
namespace {

// Partial sums of a weight gradient: at most this many floats, and at most this many slots.
constexpr i64 kPartialFloats = 2 * 1024 * 1024;
constexpr i64 kSlots = 16;
// Their patches and one panel of gradients fill most of the first level of cache.
constexpr i64 kGatheredPositions = 192;

}  // namespace

void tiled_weight_grad(const ConvProblem& problem, ConvAlgorithm algorithm, const float* x,
                       const float* g, float* dw) {
    const ConvProblem& p = problem;
    const KernelTable& table = kernels();
    const i64 length = p.weight_length(), outputs = p.group_outputs();
    const bool planes = algorithm == ConvAlgorithm::kPlanes;
    const bool gather =
        algorithm == ConvAlgorithm::kGather || algorithm == ConvAlgorithm::kGatherTaps;
    const bool taps_in_lanes = planes || algorithm == ConvAlgorithm::kGatherTaps;
    const i64 panels = divide_up(outputs, table.panel);
    const i64 padded = divide_up(outputs, table.lanes) * table.lanes;
    const i64 floats = p.groups * length * (taps_in_lanes ? outputs : padded);
    if (p.n == 0 || p.p == 0 || p.q == 0) {
        std::fill_n(dw, p.k * length, 0.0f);
        return;
    }
    const bool each_group = p.groups > 1 && !gather && !planes;
    const ConvProblem read = each_group ? one_group(p) : p;
    const Taps taps = forward_taps(read);
    WeightGradArgs args = weight_grad_args(p, taps, x, g);
    args.taps_in_lanes = taps_in_lanes;
    args.strips = strips_of(p.n * p.p, p.q, kSummedColumns);
    const i64 columns = divide_up(p.q, args.strips);
    const i64 line = line_floats(args.segments, columns, p.stride[1], read.c);
    i64 tiles = panels;
    if (args.strips > 1) {
        args.row_block = 1;
    } else if (gather) {
        args.row_block = std::min(p.p, std::max<i64>(1, kGatheredPositions / p.q));
        args.row_block = divide_up(p.p, divide_up(p.p, args.row_block));
    } else {
        const i64 row =
            planes ? line + p.q * outputs : 2 * (line * p.stride[0] + p.q * panels * table.panel);
        // Groups are shared out between threads.
        args.row_block =
            each_group ? largest_row_block(p.p, 8 * row) : choose_row_block(p.n, p.p, row);
    }
    args.column_block = columns;
    if (gather) {
        args.column_block = divide_up(columns, divide_up(columns, kGatheredPositions));
        tiles = divide_up(length, taps_in_lanes ? table.panel : table.tile_rows);
    }
    args.row_blocks = divide_up(p.p, args.row_block);
    const i64 blocks = p.n * args.row_blocks * args.strips;
    args.slots = std::clamp(kPartialFloats / floats, i64{1}, std::min(kSlots, blocks));
    const i64 most = p.groups > 1 ? p.groups : tiles;
    args.parts = planes ? 1 : std::clamp(kUnits / args.slots, i64{1}, most);

    const bool in_place = taps_in_lanes && args.slots == 1;
    const Buffer partial(static_cast<std::size_t>(in_place ? 1 : args.slots * floats));
    args.partial = in_place ? dw : partial.data();
    const i64 positions = args.row_block * args.column_block;
    const i64 buffer = block_floats(args.segments, args.row_block, p.stride[0], line);
    i64 gradient = table.panel;
    if (gather)
        gradient = taps_in_lanes ? divide_up(outputs, table.tile_rows) * tile_width(table)
                                 : panels * table.panel;
    i64 scratch = 2 * (args.segments.count + args.row_block) +
                  positions * ((gather ? table.panel : 0) + gradient) + buffer;
    if (planes)
        scratch = length * outputs * table.lanes +
                  outputs * args.row_block * divide_up(columns, table.lanes) * table.lanes +
                  2 * length + buffer + 2 * table.lanes;
    const double products = static_cast<double>(divide_up(blocks, args.slots) * args.row_block) *
                            static_cast<double>(columns) * static_cast<double>(floats);
    launch(planes   ? table.weight_grad_planes
           : gather ? table.weight_grad_gather
                    : table.weight_grad,
           args, args.slots * args.parts, kMultiplyAdd * products / static_cast<double>(args.parts),
           static_cast<std::size_t>(scratch));

    if (in_place) return;
    if (taps_in_lanes) return sum(partial.data(), dw, 1, args.slots, floats, 1.0f);
    const float* total = partial.data();
    const Buffer reduced(static_cast<std::size_t>(args.slots > 1 ? floats : 1));
    if (args.slots > 1) {
        sum(partial.data(), reduced.data(), 1, args.slots, floats, 1.0f);
        total = reduced.data();
    }
    TransposeArgs transpose{total,   dw,     length,
                            outputs, padded, divide_up(length, TransposeArgs::kRows)};
    launch(table.transpose, transpose, p.groups * transpose.blocks,
           kElement * static_cast<double>(TransposeArgs::kRows * outputs));
}

}  // namespace convolens
