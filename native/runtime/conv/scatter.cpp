// An input gradient as products that are added where the windows lie (col2im).
#include <algorithm>
#include <stdexcept>

#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

i64 panels_of(const ConvProblem& p) {
    return divide_up(p.weight_length(), kernels().panel);
}

std::size_t floats(const ConvProblem& p, Pass) {
    return static_cast<std::size_t>(p.groups * panels_of(p) * p.group_outputs() * kernels().panel);
}

// The weights as they lie in memory, [K][taps].
void pack(const ConvProblem& p, Pass, const float* weight, float* packed) {
    const KernelTable& table = kernels();
    const i64 length = p.weight_length(), outputs = p.group_outputs(), no_offset = 0;
    PackArgs args{};
    args.w = weight;
    args.packed = packed;
    args.length = outputs;
    args.columns = length;
    args.length_stride = length;
    args.column_stride = 1;
    args.group_stride = outputs * length;
    args.segments = 1;
    args.segment_offsets = &no_offset;
    args.panels = panels_of(p);
    launch(table.pack, args, p.groups * args.panels,
           kElement * static_cast<double>(outputs * table.panel));
}

void input_grad(const ConvProblem& p, const float* packed, const float* g, const float* bias,
                float* dx) {
    const KernelTable& table = kernels();
    const i64 outputs = p.group_outputs(), panels = panels_of(p);
    const Taps taps = forward_taps(p);
    ScatterArgs args{scattered_args(p, packed, g, bias, dx)};
    args.groups = p.groups;
    args.group_channels = p.group_channels();
    args.group_outputs = outputs;
    args.segments = taps.segments();
    // Blocks of rows repeat the products of the windows that reach into two of them: so there are
    // no more of them than the threads need, and as many whatever the batch.
    const i64 columns = divide_up(p.w, args.strips);
    const i64 line = columns + 2 * (args.segments.dx_max - args.segments.dx_min);
    if (line > kLargestBlock / (p.c * p.s))
        throw std::invalid_argument("a padded row is too large");
    const i64 step = p.stride[1] * p.c;
    const i64 sheets = divide_up(args.segments.run, step);
    args.row_block = std::clamp(8 * kBlockFloats / (line * p.c * sheets), i64{1}, p.h);
    args.row_blocks = divide_up(p.h, args.row_block);
    const double products = static_cast<double>(args.row_block * columns) *
                            static_cast<double>(p.groups * panels * outputs * table.panel) /
                            static_cast<double>(p.stride[0] * p.stride[1]);
    launch(table.window_scatter, args, p.n * args.row_blocks * args.strips, kMultiplyAdd * products,
           static_cast<std::size_t>(2 * args.segments.count + table.lanes +
                                    table.tile_rows * panels * table.panel +
                                    args.row_block * line * p.c * sheets));
}

}  // namespace

const ConvAlgorithm scatter = {
    .name = "scatter", .floats = floats, .pack = pack, .input_grad = input_grad};

}  // namespace convolens
