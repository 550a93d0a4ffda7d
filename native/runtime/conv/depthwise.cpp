// Each output channel reads one input channel: neighbouring channels fill the registers.
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
// Rows of outputs that make a unit, or half as many where units are few: whole tiles.
constexpr i64 kRows = 8;
// With a multiplier, gradients that are kept before those of one channel are summed up.
constexpr i64 kSpreadFloats = 512 * 1024;

// to[columns][rows] = from[rows][columns].
void transpose(const float* from, float* to, i64 rows, i64 columns) {
    const i64 blocks = divide_up(rows, TransposeArgs::kRows);
    launch(kernels().transpose, TransposeArgs{from, to, rows, columns, columns, blocks}, blocks,
           kElement * static_cast<double>(TransposeArgs::kRows * columns));
}

// `windows` lack only the blocks of rows; the first has the most.
void run(std::vector<WindowArgs>& windows) {
    const WindowArgs& first = windows.front();
    if (first.n == 0 || first.rows <= 0 || first.columns <= 0) return;
    i64 taps = 0, most = 0;
    for (const WindowArgs& each : windows) {
        taps += each.segments.count;
        most = std::max(most, each.segments.count);
    }
    const i64 row = first.columns * first.groups * first.group_outputs * std::max<i64>(1, taps);
    const i64 few = first.n * divide_up(first.rows, kRows) < kUnits ? kRows / 2 : kRows;
    const i64 block = std::min(first.rows, few);
    const i64 blocks = divide_up(first.rows, block);
    for (WindowArgs& each : windows) {
        each.row_block = block;
        each.row_blocks = blocks;
    }
    launch(kernels().depthwise, WindowsArgs{windows.data(), static_cast<i64>(windows.size())},
           first.n * blocks, kElement * static_cast<double>(block * row) / 4,
           static_cast<std::size_t>(6 * most));
}

std::size_t floats(const ConvProblem& p, Pass) {
    return static_cast<std::size_t>(p.r * p.s * p.k);
}

// Tap by tap, all outputs; for the input gradient phase by phase.
void pack(const ConvProblem& p, Pass pass, const float* weight, float* packed) {
    const i64 taps = p.r * p.s;
    if (pass == Pass::kForward) {
        transpose(weight, packed, p.k, taps);
        return;
    }
    const Buffer by_tap(static_cast<std::size_t>(taps * p.k));
    transpose(weight, by_tap.data(), p.k, taps);
    for (const TapPhase& phase : tap_phases(p))
        for (const i64 tap : phase.weights)
            packed = std::copy_n(by_tap.data() + tap * p.k, p.k, packed);
}

void forward(const ConvProblem& p, const float* packed, const float* x, const float* bias,
             float* y) {
    const Taps all = single_taps(p);
    std::vector<WindowArgs> windows{forward_args(p, all, x, bias, y)};
    windows[0].packed = packed;
    run(windows);
}

// What each output reads of the image, in as many channels as there are outputs.
void spread_input_grad(const ConvProblem& p, const float* packed, const float* g, const float* bias,
                       float* dx) {
    const std::vector<TapPhase> phases = tap_phases(p);
    std::vector<WindowArgs> windows;
    for (const TapPhase& phase : phases) {
        WindowArgs args = phase_args(p, phase.top, phase.left, phase.taps, g, bias, dx, p.k);
        args.groups = p.k;
        args.group_channels = 1;
        args.group_outputs = 1;
        args.packed = packed;
        packed += args.segments.count * p.k;
        windows.push_back(args);
    }
    run(windows);
}

void input_grad(const ConvProblem& p, const float* packed, const float* g, const float* bias,
                float* dx) {
    const i64 multiplier = p.group_outputs(), pixels = p.h * p.w;
    if (multiplier == 1) return spread_input_grad(p, packed, g, bias, dx);
    // The outputs that read one channel are summed up, some images at a time.
    ConvProblem some = p;
    some.n = std::clamp(kSpreadFloats / std::max<i64>(1, pixels * p.k), i64{1}, p.n);
    const Buffer spread(static_cast<std::size_t>(some.n * pixels * p.k));
    for (i64 first = 0; first < p.n; first += some.n) {
        some.n = std::min(some.n, p.n - first);
        spread_input_grad(some, packed, g + first * p.p * p.q * p.k, nullptr, spread.data());
        const GroupSumArgs args{spread.data(), bias, dx + first * pixels * p.c, p.c, multiplier};
        launch(kernels().group_sum, args, some.n * pixels, kElement * static_cast<double>(p.k));
    }
}

}  // namespace

const WeightedAlgorithm depthwise = {floats, pack, forward, input_grad};

void depthwise_weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    const i64 taps = p.r * p.s, rows = p.n * p.p;
    if (rows == 0 || p.q == 0) {
        std::fill_n(dw, p.k * taps, 0.0f);
        return;
    }
    const KernelTable& table = kernels();
    const Taps all = single_taps(p);
    WeightGradArgs args = weight_grad_args(p, all, x, g);
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
