// Each output channel reads one input channel: neighbouring channels fill the registers.
#include <algorithm>
#include <vector>

#include "runtime/buffer.h"
#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/past.h"
#include "runtime/sum.h"
#include "runtime/transpose.h"

namespace convolens {
namespace {

constexpr i64 kSlots = 16;
// With more taps, what neighbouring windows read is copied side by side. In images with no more
// columns it is so from 5x5 on: many of their windows lie at an edge.
constexpr i64 kFewTaps = 25, kFewColumns = 32;
// Rows of outputs that make a unit, or half as many where units are few: whole tiles.
constexpr i64 kRows = 8;
// Numbers in a register from which on both gradients are computed together. Smaller registers wait
// for their own products: one by one takes as long, or less (decision 0030).
constexpr i64 kTogetherLanes = 16;
// With a multiplier, gradients that are kept before those of one channel are summed up.
constexpr i64 kSpreadFloats = 512 * 1024;

// How many blocks of rows of outputs an image has: units of work.
i64 row_blocks(i64 images, i64 rows) {
    const i64 many = divide_up(rows, kRows);
    return images * many < kUnits ? divide_up(rows, kRows / 2) : many;
}

// Windows over the same images, without their blocks of rows yet; the first has the most rows.
struct Windows {
    std::vector<WindowArgs> all;
    i64 taps = 0, most = 0;  // of all windows, of one
    i64 slab = 0;            // floats

    void add(const WindowArgs& args) {
        all.push_back(args);
        // Rows that are written in order may stay near for longer than others.
        const i64 pixel = args.groups * args.group_outputs;
        if (args.y_column == pixel)
            all.back().past = args.past && goes_past(args.y, args.n * args.y_image, pixel);
        taps += args.segments.count;
        most = std::max(most, args.segments.count);
    }

    void split(i64 blocks, i64 strips) {
        const i64 rows = std::max<i64>(1, divide_up(all.front().rows, blocks));
        for (WindowArgs& each : all) {
            each.row_block = rows;
            each.row_blocks = blocks;
            each.strips = strips;
        }
    }

    // Copies what windows with many taps read side by side, where there is room for so many units
    // beside the floats of image, output and weights. How many threads there are does not matter.
    void choose_slabs(i64 units, i64 floats) {
        const KernelTable& table = kernels();
        i64 largest = 0;
        for (const WindowArgs& each : all) {
            const Segments& taps = each.segments;
            const bool copied =
                taps.count > kFewTaps || (taps.count == kFewTaps && each.columns <= kFewColumns);
            if (!copied || each.column_step > 1 || each.group_outputs > 1 ||
                each.groups < table.lanes)
                return;
            const i64 columns = divide_up(each.columns, each.strips);
            const i64 line = line_floats(taps, columns, each.column_step, table.panel);
            largest = std::max(largest, block_floats(taps, each.row_block, each.row_step, line));
        }
        if (largest * std::min(units, kMostChunks) > floats) return;
        slab = largest;
        for (WindowArgs& each : all) each.slab = true;
    }

    WindowsArgs args() const { return {all.data(), static_cast<i64>(all.size())}; }
    std::size_t scratch() const { return static_cast<std::size_t>(6 * most + kLine + slab); }
    // Nanoseconds that one row of outputs takes.
    double row_cost() const {
        const WindowArgs& first = all.front();
        const i64 outputs = first.columns * first.groups * first.group_outputs;
        return kElement * static_cast<double>(outputs * std::max<i64>(1, taps)) / 4;
    }
};

// How many numbers the image, the output and the weights are.
i64 all_floats(const ConvProblem& p) {
    return p.n * (p.h * p.w * p.c + p.p * p.q * p.k) + p.r * p.s * p.k;
}

void run(Windows windows, const ConvProblem& p) {
    const WindowArgs& first = windows.all.front();
    if (first.n == 0 || first.rows <= 0 || first.columns <= 0) return;
    const i64 strips = strips_of(first.rows, first.columns), images = first.n * strips;
    const i64 blocks = row_blocks(images, first.rows);
    windows.split(blocks, strips);
    windows.choose_slabs(images * blocks, all_floats(p));
    launch(kernels().depthwise, windows.args(), images * blocks,
           windows.row_cost() * static_cast<double>(first.row_block) / static_cast<double>(strips),
           windows.scratch());
}

std::size_t floats(const ConvProblem& p, Pass) {
    return static_cast<std::size_t>(p.r * p.s * p.k);
}

// Tap by tap, all outputs; for the input gradient phase by phase.
void pack(const ConvProblem& p, Pass pass, const float* weight, float* packed) {
    const i64 taps = p.r * p.s;
    if (pass == Pass::kForward) {
        transpose(weight, packed, 1, p.k, taps, taps);
        return;
    }
    const Buffer by_tap(static_cast<std::size_t>(taps * p.k));
    transpose(weight, by_tap.data(), 1, p.k, taps, taps);
    for (const TapPhase& phase : tap_phases(p))
        for (const i64 tap : phase.weights)
            packed = std::copy_n(by_tap.data() + tap * p.k, p.k, packed);
}

void forward(const ConvProblem& p, const float* packed, const float* x, const float* bias,
             float* y) {
    const Taps all = single_taps(p);
    WindowArgs args = forward_args(p, all, x, bias, y);
    args.packed = packed;
    Windows windows;
    windows.add(args);
    run(std::move(windows), p);
}

// The phases of what each output reads of the image, in as many channels as there are outputs.
Windows phase_windows(const ConvProblem& p, const std::vector<TapPhase>& phases,
                      const float* packed, const float* g, const float* bias, float* dx) {
    Windows windows;
    for (const TapPhase& phase : phases) {
        WindowArgs args = phase_args(p, phase.top, phase.left, phase.taps, g, bias, dx, p.k);
        args.groups = p.k;
        args.group_channels = 1;
        args.group_outputs = 1;
        args.packed = packed;
        packed += args.segments.count * p.k;
        windows.add(args);
    }
    return windows;
}

void input_grad(const ConvProblem& p, const float* packed, const float* g, const float* bias,
                float* dx) {
    const i64 multiplier = p.group_outputs(), pixels = p.h * p.w;
    const std::vector<TapPhase> phases = tap_phases(p);
    if (multiplier == 1) return run(phase_windows(p, phases, packed, g, bias, dx), p);
    // The outputs that read one channel are summed up, some images at a time.
    ConvProblem some = p;
    some.n = std::clamp(kSpreadFloats / std::max<i64>(1, pixels * p.k), i64{1}, p.n);
    const Buffer spread(static_cast<std::size_t>(some.n * pixels * p.k));
    for (i64 first = 0; first < p.n; first += some.n) {
        some.n = std::min(some.n, p.n - first);
        run(phase_windows(some, phases, packed, g + first * p.p * p.q * p.k, nullptr,
                          spread.data()),
            some);
        const GroupSumArgs args{spread.data(), bias, dx + first * pixels * p.c, p.c, multiplier};
        launch(kernels().group_sum, args, some.n * pixels, kElement * static_cast<double>(p.k));
    }
}

// With weights that are laid out, and one output a channel, the input gradient besides: dx, or
// null.
void gradients(const ConvProblem& p, const float* packed, const float* x, const float* g, float* dx,
               float* dw) {
    const i64 taps = p.r * p.s;
    if (p.n == 0 || p.p == 0 || p.q == 0) {
        std::fill_n(dw, p.k * taps, 0.0f);
        if (dx) std::fill_n(dx, p.n * p.h * p.w * p.c, 0.0f);
        return;
    }
    const KernelTable& table = kernels();
    if (dx && table.lanes < kTogetherLanes) {
        input_grad(p, packed, g, nullptr, dx);
        dx = nullptr;
    }
    const Taps all = single_taps(p);
    DepthwiseGradArgs args{weight_grad_args(p, all, x, g), {nullptr, 0}};
    WeightGradArgs& weight = args.weight;
    weight.strips = strips_of(p.n * p.p, p.q, kSummedColumns);
    weight.row_blocks = row_blocks(p.n * weight.strips, p.p);
    weight.row_block = divide_up(p.p, weight.row_blocks);
    weight.slots = std::min(kSlots, p.n * weight.row_blocks * weight.strips);
    weight.parts = dx ? 1 : std::clamp(kUnits / weight.slots, i64{1}, divide_up(p.k, table.lanes));
    const i64 floats = taps * p.k;
    const Buffer partial(static_cast<std::size_t>((weight.slots + 1) * floats));
    weight.partial = partial.data();
    const i64 slot_places = p.n * p.p * p.q / weight.slots;
    double cost = kElement * static_cast<double>(slot_places * p.k * taps) / 4;
    auto scratch = static_cast<std::size_t>(divide_up(2 * taps, kLine) * kLine);
    std::vector<TapPhase> phases;  // holds the taps of
    Windows windows;
    if (dx) {
        phases = tap_phases(p);
        windows = phase_windows(p, phases, packed, g, nullptr, dx);
        windows.split(weight.row_blocks, weight.strips);
        windows.choose_slabs(weight.slots, all_floats(p) - (weight.slots + 1) * floats);
        args.input = windows.args();
        cost *= 2;
        scratch += windows.scratch();
    }
    launch(table.depthwise_grad, args, weight.slots * weight.parts,
           cost / static_cast<double>(weight.parts), scratch);
    float* total = partial.data() + weight.slots * floats;
    sum(partial.data(), total, 1, weight.slots, floats, 1.0f);
    transpose(total, dw, 1, taps, p.k, p.k);
}

void weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    gradients(p, nullptr, x, g, nullptr, dw);
}

void both_grads(const ConvProblem& p, const float* packed, const float* x, const float* g,
                float* dx, float* dw) {
    if (p.group_outputs() == 1) return gradients(p, packed, x, g, dx, dw);
    input_grad(p, packed, g, nullptr, dx);
    weight_grad(p, x, g, dw);
}

const char* refusal(const ConvProblem& p) {
    return p.c == p.groups ? nullptr : "depthwise needs as many groups as channels";
}

}  // namespace

const ConvAlgorithm depthwise = {.name = "depthwise",
                                 .refusal = refusal,
                                 .floats = floats,
                                 .pack = pack,
                                 .forward = forward,
                                 .input_grad = input_grad,
                                 .weight_grad = weight_grad,
                                 .grads = both_grads};

}  // namespace convolens
