#include <algorithm>
#include <vector>

#include "runtime/buffer.h"
#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/sum.h"

namespace convolens {
namespace {

constexpr i64 kSlots = 16;

// Every tap by itself.
Taps single_taps(const ConvProblem& p) {
    Taps taps;
    taps.run = 1;
    for (i64 r = 0; r < p.r; ++r)
        for (i64 s = 0; s < p.s; ++s) taps.add(r * p.dilation[0], s * p.dilation[1]);
    return taps;
}

// to[columns][rows] = from[rows][columns].
void transpose(const float* from, float* to, i64 rows, i64 columns) {
    const i64 blocks = divide_up(rows, TransposeArgs::kRows);
    launch(kernels().transpose, TransposeArgs{from, to, rows, columns, columns, blocks}, blocks,
           kElement * static_cast<double>(TransposeArgs::kRows * columns));
}

// `args` lacks only what follows from the machine.
void run(WindowArgs& args) {
    if (args.n == 0 || args.rows <= 0 || args.columns <= 0) return;
    const i64 outputs = args.groups * args.group_outputs;
    const i64 row = args.columns * outputs * std::max<i64>(1, args.segments.count);
    args.row_block = choose_row_block(args.n, args.rows, row);
    args.row_blocks = divide_up(args.rows, args.row_block);
    launch(kernels().depthwise, args, args.n * args.row_blocks,
           kElement * static_cast<double>(args.row_block * row) / 4,
           static_cast<std::size_t>(6 * args.segments.count));
}

// The gradient of the image as seen by each of `multiplier` outputs that read a channel, summed up.
void add_up(const float* parts, float* dx, i64 size, i64 multiplier) {
    const GroupSumArgs args{parts, dx, multiplier};
    launch(kernels().group_sum, args, size, kElement * static_cast<double>(multiplier));
}

}  // namespace

void depthwise_forward(const ConvProblem& p, const float* x, const float* weight, const float* bias,
                       float* y) {
    const i64 taps = p.r * p.s;
    const Buffer packed(static_cast<std::size_t>(taps * p.k));
    transpose(weight, packed.data(), p.k, taps);
    const Taps all = single_taps(p);
    WindowArgs args = forward_args(p, all, x, bias, y);
    args.packed = packed.data();
    run(args);
}

// Phase by phase, as in window.cpp: a convolution of g with the taps that a phase reads.
void depthwise_input_grad(const ConvProblem& p, const float* weight, const float* g, float* dx) {
    const i64 taps = p.r * p.s, multiplier = p.group_outputs();
    const Buffer packed(static_cast<std::size_t>(2 * taps * p.k));
    transpose(weight, packed.data(), p.k, taps);
    float* chosen = packed.data() + taps * p.k;
    const i64 pixels = p.n * p.h * p.w;
    const Buffer parts(static_cast<std::size_t>(multiplier > 1 ? pixels * p.k : 1));
    float* into = multiplier > 1 ? parts.data() : dx;
    for (i64 top = 0; top < std::min(p.stride[0], p.h); ++top)
        for (i64 left = 0; left < std::min(p.stride[1], p.w); ++left) {
            Taps phase;
            phase.run = 1;
            for (i64 r = 0; r < p.r; ++r)
                for (i64 s = p.s - 1; s >= 0; --s) {  // so that neighbours ascend
                    const i64 y = top + p.padding[0] - r * p.dilation[0];
                    const i64 x = left + p.padding[1] - s * p.dilation[1];
                    if (modulo(y, p.stride[0]) != 0 || modulo(x, p.stride[1]) != 0) continue;
                    std::copy_n(packed.data() + (r * p.s + s) * p.k, p.k,
                                chosen + static_cast<i64>(phase.dy.size()) * p.k);
                    phase.add(y / p.stride[0], x / p.stride[1]);
                }
            WindowArgs args{};
            args.x = g;
            args.n = p.n;
            args.h = p.p;
            args.w = p.q;
            args.c = p.k;
            args.groups = p.k;
            args.group_channels = 1;
            args.group_outputs = 1;
            args.segments = phase.segments();
            args.row_step = 1;
            args.column_step = 1;
            args.packed = chosen;
            args.y = into + (top * p.w + left) * p.k;
            args.y_column = p.stride[1] * p.k;
            args.y_row = p.stride[0] * p.w * p.k;
            args.y_image = p.h * p.w * p.k;
            args.rows = divide_up(p.h - top, p.stride[0]);
            args.columns = divide_up(p.w - left, p.stride[1]);
            run(args);
        }
    if (multiplier > 1) add_up(parts.data(), dx, pixels * p.c, multiplier);
}

void depthwise_weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    const i64 taps = p.r * p.s, rows = p.n * p.p;
    if (rows == 0 || p.q == 0) {
        std::fill_n(dw, p.k * taps, 0.0f);
        return;
    }
    const KernelTable& table = kernels();
    const Taps all = single_taps(p);
    WeightGradArgs args{};
    args.x = x;
    args.g = g;
    args.n = p.n;
    args.h = p.h;
    args.w = p.w;
    args.c = p.c;
    args.groups = p.groups;
    args.group_outputs = p.group_outputs();
    args.segments = all.segments();
    args.row_step = p.stride[0];
    args.column_step = p.stride[1];
    args.row_origin = -p.padding[0];
    args.column_origin = -p.padding[1];
    args.p = p.p;
    args.q = p.q;
    args.slots = std::min(kSlots, rows);
    args.parts = std::clamp(kUnits / args.slots, i64{1}, divide_up(p.k, table.lanes));
    const i64 floats = taps * p.k;
    const Buffer partial(static_cast<std::size_t>((args.slots + 1) * floats));
    args.partial = partial.data();
    launch(table.depthwise_weight_grad, args, args.slots * args.parts,
           kElement * static_cast<double>(rows * p.q * p.k * taps) /
               static_cast<double>(4 * args.slots * args.parts),
           static_cast<std::size_t>(2 * taps));
    float* total = partial.data() + args.slots * floats;
    sum(partial.data(), total, 1, args.slots, floats, 1.0f);
    transpose(total, dw, taps, p.k);
}

}  // namespace convolens
