// Groups of a few channels that divide a register, with as many outputs as channels.
#include <algorithm>

#include "runtime/buffer.h"
#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/sum.h"

namespace convolens {
namespace {

constexpr i64 kSlots = 16;
// A product waits for its number to be brought to the lanes: half of what a tile computes.
constexpr double kPickedProduct = 2 * kMultiplyAdd;

i64 registers(const ConvProblem& p) {
    return divide_up(p.c, kernels().lanes);
}

std::size_t floats(const ConvProblem& p, Pass) {
    return static_cast<std::size_t>(registers(p) * p.weight_length() * kernels().lanes);
}

// packed[register][tap][j][lane] = weight(lane's channel, j, tap), for `taps` taps.
template <class Weight>
float* lay_out(const ConvProblem& p, i64 taps, float* packed, Weight weight) {
    const i64 size = p.group_channels(), lanes = kernels().lanes;
    for (i64 first = 0; first < p.c; first += lanes)
        for (i64 tap = 0; tap < taps; ++tap)
            for (i64 j = 0; j < size; ++j, packed += lanes)
                for (i64 lane = 0; lane < lanes; ++lane)
                    packed[lane] = first + lane < p.c ? weight(first + lane, j, tap) : 0.0f;
    return packed;
}

void pack(const ConvProblem& p, Pass pass, const float* weight, float* packed) {
    const i64 size = p.group_channels(), taps = p.r * p.s;
    const auto at = [=](i64 k, i64 c, i64 tap) { return weight[(k * taps + tap) * size + c]; };
    if (pass == Pass::kForward) {
        lay_out(p, taps, packed, at);
        return;
    }
    for (const TapPhase& phase : tap_phases(p))
        packed = lay_out(p, phase.taps.segments().count, packed, [&](i64 c, i64 j, i64 i) {
            return at(c / size * size + j, c % size, phase.weights[static_cast<std::size_t>(i)]);
        });
}

// `args` lacks only the blocks of rows.
void run(WindowArgs& args) {
    if (args.n == 0 || args.rows <= 0 || args.columns <= 0) return;
    const Segments& taps = args.segments;
    args.strips = strips_of(args.rows, args.columns);
    const i64 columns = divide_up(args.columns, args.strips), images = args.n * args.strips;
    const i64 line = line_floats(taps, columns, args.column_step, args.c);
    args.row_block = choose_row_block(images, args.rows, line * args.row_step);
    args.row_blocks = divide_up(args.rows, args.row_block);
    const i64 buffer = block_floats(taps, args.row_block, args.row_step, line);
    const double products = static_cast<double>(args.row_block * columns * args.c) *
                            static_cast<double>(taps.count * args.group_channels);
    launch(kernels().group_windows, args, images * args.row_blocks,
           kPickedProduct * products + kElement * static_cast<double>(buffer),
           static_cast<std::size_t>(offset_floats(taps.count) + buffer));
}

void forward(const ConvProblem& p, const float* packed, const float* x, const float* bias,
             float* y) {
    const Taps taps = single_taps(p);
    WindowArgs args = forward_args(p, taps, x, bias, y);
    args.packed = packed;
    run(args);
}

void input_grad(const ConvProblem& p, const float* packed, const float* g, const float* bias,
                float* dx) {
    for (const TapPhase& phase : tap_phases(p)) {
        WindowArgs args = phase_args(p, phase.top, phase.left, phase.taps, g, bias, dx, p.c);
        args.packed = packed;
        run(args);
        packed += registers(p) * args.segments.count * args.group_channels * kernels().lanes;
    }
}

void weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    if (p.n == 0 || p.p == 0 || p.q == 0) {
        std::fill_n(dw, p.k * p.weight_length(), 0.0f);
        return;
    }
    const Taps taps = single_taps(p);
    WeightGradArgs args = weight_grad_args(p, taps, x, g);
    args.strips = strips_of(p.n * p.p, p.q, kSummedColumns);
    const i64 columns = divide_up(p.q, args.strips);
    const i64 line = line_floats(args.segments, columns, p.stride[1], p.c);
    args.row_block = choose_row_block(p.n, p.p, 2 * (line * p.stride[0] + columns * p.c));
    args.row_blocks = divide_up(p.p, args.row_block);
    args.slots = std::min(kSlots, p.n * args.row_blocks * args.strips);
    const i64 lanes = kernels().lanes, sums = static_cast<i64>(floats(p, Pass::kForward));
    const Buffer partial(static_cast<std::size_t>((args.slots + 1) * sums));
    args.partial = partial.data();
    const i64 buffer = block_floats(args.segments, args.row_block, p.stride[0], line);
    const double products = static_cast<double>(p.n * p.p * p.q) * static_cast<double>(sums);
    launch(kernels().group_weight_grad, args, args.slots,
           kPickedProduct * products / static_cast<double>(args.slots),
           static_cast<std::size_t>(offset_floats(args.segments.count) + buffer));
    float* total = partial.data() + args.slots * sums;
    sum(partial.data(), total, 1, args.slots, sums, 1.0f);
    const i64 length = p.weight_length();
    for (i64 k = 0; k < p.k; ++k)
        for (i64 i = 0; i < length; ++i)
            dw[k * length + i] = total[(k / lanes * length + i) * lanes + k % lanes];
}

const char* refusal(const ConvProblem& p) {
    const i64 size = p.group_channels();
    const bool fits =
        (size == 2 || size == 4 || size == 8) && kernels().lanes % size == 0 && p.k == p.c;
    return fits ? nullptr : "groups must have 2, 4 or 8 channels that fill registers";
}

}  // namespace

const ConvAlgorithm groups = {.name = "groups",
                              .refusal = refusal,
                              .floats = floats,
                              .pack = pack,
                              .forward = forward,
                              .input_grad = input_grad,
                              .weight_grad = weight_grad};

}  // namespace convolens
