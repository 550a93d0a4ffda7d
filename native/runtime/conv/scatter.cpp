#include <algorithm>
#include <stdexcept>

#include "runtime/buffer.h"
#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {

// Packs the weights as they lie in memory, [K][taps], then scatters the products.
void scatter_input_grad(const ConvProblem& p, const float* weight, const float* g, float* dx) {
    if (p.n == 0) return;
    const KernelTable& table = kernels();
    const i64 length = p.weight_length(), outputs = p.group_outputs();
    const i64 panels = divide_up(length, table.panel), no_offset = 0;
    const Buffer packed(static_cast<std::size_t>(p.groups * panels * outputs * table.panel));
    PackArgs pack{};
    pack.w = weight;
    pack.packed = packed.data();
    pack.length = outputs;
    pack.columns = length;
    pack.length_stride = length;
    pack.column_stride = 1;
    pack.group_stride = outputs * length;
    pack.segments = 1;
    pack.segment_offsets = &no_offset;
    pack.panels = panels;
    launch(table.pack, pack, p.groups * panels,
           kElement * static_cast<double>(outputs * table.panel));

    const Taps taps = forward_taps(p);
    ScatterArgs args{};
    args.g = g;
    args.n = p.n;
    args.p = p.p;
    args.q = p.q;
    args.groups = p.groups;
    args.group_channels = p.group_channels();
    args.group_outputs = outputs;
    args.segments = taps.segments();
    args.row_step = p.stride[0];
    args.column_step = p.stride[1];
    args.row_origin = -p.padding[0];
    args.column_origin = -p.padding[1];
    args.packed = packed.data();
    args.dx = dx;
    args.h = p.h;
    args.w = p.w;
    args.c = p.c;
    // Blocks of rows repeat the products of the windows that reach into two of them: so there are
    // no more of them than the threads need, and as many whatever the batch.
    const i64 line = std::max(p.w, line_floats(args.segments, p.q, p.stride[1], 1)) + p.padding[1];
    if (line > kLargestBlock / (p.c * p.s))
        throw std::invalid_argument("a padded row is too large");
    const i64 step = p.stride[1] * p.c;
    const i64 sheets = divide_up(args.segments.run, step);
    args.row_block = std::clamp(8 * kBlockFloats / (line * p.c * sheets), i64{1}, p.h);
    args.row_blocks = divide_up(p.h, args.row_block);
    const double products = static_cast<double>(args.row_block * p.w) *
                            static_cast<double>(p.groups * panels * outputs * table.panel) /
                            static_cast<double>(p.stride[0] * p.stride[1]);
    launch(table.window_scatter, args, p.n * args.row_blocks, kMultiplyAdd * products,
           static_cast<std::size_t>(2 * args.segments.count + table.lanes +
                                    table.tile_rows * panels * table.panel +
                                    args.row_block * line * p.c * sheets));
}

}  // namespace convolens
