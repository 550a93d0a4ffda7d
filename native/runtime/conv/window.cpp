#include <algorithm>
#include <vector>

#include "runtime/buffer.h"
#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

// How many lanes each of a few outputs gets, so that a run takes the fewest steps.
i64 choose_lanes_each(i64 lanes, i64 outputs, i64 run) {
    constexpr i64 kIncompleteStep = 2;  // what a step with less than all lanes costs
    i64 best = 1, fewest = run;
    for (i64 each = 2; each * outputs <= lanes; each *= 2) {
        const i64 steps = run / each + (run % each ? kIncompleteStep : 0);
        if (steps < fewest) {
            fewest = steps;
            best = each;
        }
    }
    return best;
}

// Packs the weights, then runs the window over all images. `args` lacks only what follows from the
// packing and the machine.
void run_window(WindowArgs& args, PackArgs& pack) {
    if (args.n == 0 || args.rows <= 0 || args.columns <= 0) return;
    const KernelTable& table = kernels();
    const Segments& taps = args.segments;
    const i64 length = taps.count * taps.run;
    const i64 line = line_floats(taps, args.columns, args.column_step, args.c);
    args.row_block = choose_row_block(args.n, args.rows, line * args.row_step);
    args.row_blocks = divide_up(args.rows, args.row_block);

    const i64 panels = divide_up(args.group_outputs, table.panel);
    const i64 run = std::max<i64>(1, args.gather ? length : taps.run);
    args.lanes_each = choose_lanes_each(table.lanes, args.group_outputs, run);
    const i64 narrow = length / run * divide_up(run, args.lanes_each) * table.lanes;
    const i64 group_floats = args.lanes_each > 1 ? narrow : panels * length * table.panel;
    const Buffer packed(static_cast<std::size_t>(args.groups * group_floats));
    args.packed = pack.packed = packed.data();
    pack.length = length;
    pack.columns = args.group_outputs;
    pack.panels = panels;
    if (length > 0 && args.lanes_each > 1) {
        launch(table.pack_narrow, PackNarrowArgs{pack, run, args.lanes_each}, args.groups,
               4 * kElement * static_cast<double>(length * args.group_outputs));
    } else if (length > 0) {
        launch(table.pack, pack, args.groups * panels,
               kElement * static_cast<double>(length * table.panel));
    }

    const i64 buffer = block_floats(taps, args.row_block, args.row_step, line);
    const i64 scratch = 2 * taps.count + (args.gather ? table.tile_rows * length : 0) + buffer;
    const double products = static_cast<double>(args.row_block * args.columns) *
                            static_cast<double>(args.groups * group_floats);
    launch(table.window_product, args, args.n * args.row_blocks,
           kMultiplyAdd * products + kElement * static_cast<double>(buffer),
           static_cast<std::size_t>(scratch));
}

}  // namespace

void window_forward(const ConvProblem& p, bool gather, const float* x, const float* weight,
                    const float* bias, float* y) {
    const i64 length = p.weight_length();
    const i64 no_offset = 0;
    PackArgs pack{};
    pack.w = weight;
    pack.length_stride = 1;
    pack.column_stride = length;
    pack.group_stride = p.group_outputs() * length;
    pack.segments = 1;
    pack.segment_offsets = &no_offset;

    const Taps taps = forward_taps(p);
    WindowArgs args = forward_args(p, taps, x, bias, y);
    args.gather = gather;
    run_window(args, pack);
}

// Phase by phase: the inputs whose row and column leave the same remainders when divided by the
// stride are read by the same taps, so each phase is a convolution of g with stride 1.
void window_input_grad(const ConvProblem& p, bool gather, const float* weight, const float* g,
                       float* dx) {
    const i64 channels = p.group_channels(), outputs = p.group_outputs();
    const bool merged = p.groups == 1 && p.stride[1] == 1 && (p.dilation[1] == 1 || p.s == 1);
    for (i64 top = 0; top < std::min(p.stride[0], p.h); ++top)
        for (i64 left = 0; left < std::min(p.stride[1], p.w); ++left) {
            Taps taps;
            taps.run = merged ? p.s * p.k : outputs;
            taps.columns_per_run = merged ? p.s : 1;
            std::vector<i64> weights;
            for (i64 r = 0; r < p.r; ++r) {
                const i64 y = top + p.padding[0] - r * p.dilation[0];
                if (modulo(y, p.stride[0]) != 0) continue;
                // Backwards, so that what neighbouring taps read lies in ascending order.
                for (i64 s = p.s - 1; s >= 0; --s) {
                    const i64 x = left + p.padding[1] - s * p.dilation[1];
                    if (modulo(x, p.stride[1]) != 0) continue;
                    weights.push_back((r * p.s + s) * channels);
                    if (!merged || s == p.s - 1) taps.add(y / p.stride[0], x / p.stride[1]);
                }
            }
            PackArgs pack{};
            pack.w = weight;
            pack.segments = static_cast<i64>(weights.size());
            pack.length_stride = p.weight_length();
            pack.column_stride = 1;
            pack.group_stride = outputs * p.weight_length();
            pack.segment_offsets = weights.data();

            WindowArgs args{};
            args.x = g;
            args.n = p.n;
            args.h = p.p;
            args.w = p.q;
            args.c = p.k;
            args.groups = p.groups;
            args.group_channels = outputs;
            args.group_outputs = channels;
            args.segments = taps.segments();
            args.row_step = 1;
            args.column_step = 1;
            args.y = dx + (top * p.w + left) * p.c;
            args.y_column = p.stride[1] * p.c;
            args.y_row = p.stride[0] * p.w * p.c;
            args.y_image = p.h * p.w * p.c;
            args.rows = divide_up(p.h - top, p.stride[0]);
            args.columns = divide_up(p.w - left, p.stride[1]);
            args.gather = gather;
            run_window(args, pack);
        }
}

}  // namespace convolens
