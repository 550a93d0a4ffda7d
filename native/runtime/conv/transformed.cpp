// Stride 1 by transforms of tiles: Fourier's of large kernels, and those along one axis.
#include <algorithm>

#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/conv/pieces.h"
#include "runtime/conv/tiles.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

// Panels whose products are kept at a time.
constexpr i64 kPanelGroup = 2;
// Nanoseconds to transform a number of a tile.
constexpr double kTransform = 1.0;

// Which transform computes a convolution.
using TransformOf = Transform (*)(const ConvProblem&);

Transform fourier_of(const ConvProblem& p) {
    if (std::min(p.r, p.s) > 1) return Transform::kFourier;
    return p.r * p.s > kShortLine ? Transform::kFourierLongLine : Transform::kFourierLine;
}

Transform winograd_of(const ConvProblem& p) {
    const i64 taps = p.r * p.s;
    if (taps == 2) return Transform::kWinogradLine2;
    return taps == 3 ? Transform::kWinogradLine3 : Transform::kWinogradLine4;
}

// A line's tiles lie along the axis that the kernel reaches along.
TileGrid grid_of(const ConvProblem& p, Transform transform, bool backward) {
    const TransformSizes sizes = sizes_of(transform);
    const bool down = transform != Transform::kFourier && p.s == 1;
    return tiles_of(p, {sizes.height, sizes.width, down}, backward);
}

// The rows of a panel of a group's weights, and how many panels there are.
struct Panels {
    i64 rows, count;

    i64 floats(Transform transform) const {
        return sizes_of(transform).numbers * count * odd_lines(rows * kernels().panel);
    }
};

Panels panels_of(const ConvProblem& p, Pass pass) {
    const i64 c = p.group_channels(), k = p.group_outputs();
    const bool backward = pass == Pass::kInputGrad;
    return {backward ? k : c, divide_up(backward ? c : k, kernels().panel)};
}

template <TransformOf transform_of>
std::size_t floats(const ConvProblem& p, Pass pass) {
    return static_cast<std::size_t>(p.groups * panels_of(p, pass).floats(transform_of(p)));
}

// The weights of a group, with the taps of a line in a row.
TransformWeights weights_of(const ConvProblem& p, Transform transform, Pass pass, i64 group,
                            const float* weight) {
    const i64 k = p.group_outputs();
    const WinogradWeights own{weight + group * k * p.weight_length(), k, p.group_channels(),
                              pass == Pass::kInputGrad};
    if (transform == Transform::kFourier) return {own, p.r, p.s};
    return {own, 1, p.r * p.s};
}

// Scratch to transform weights.
i64 turned_floats(const ConvProblem& p) {
    return p.r * p.s * kernels().lanes * kernels().lanes;
}

// Lanes are outputs, or channels for the input gradient.
template <TransformOf transform_of>
void pack(const ConvProblem& p, Pass pass, const float* weight, float* u) {
    const KernelTable& table = kernels();
    const Transform transform = transform_of(p);
    const Panels panels = panels_of(p, pass);
    const i64 numbers = sizes_of(transform).numbers * table.panel * table.lanes;
    for (i64 group = 0; group < p.groups; ++group) {
        const TransformWeightArgs args{transform, weights_of(p, transform, pass, group, weight),
                                       u + group * panels.floats(transform)};
        launch(table.transform_weights, args, panels.count * divide_up(panels.rows, table.lanes),
               kTransform * static_cast<double>(numbers),
               static_cast<std::size_t>(turned_floats(p)));
    }
}

// A quarter of image, output and weights together, which are more than any scratch.
i64 quarter_of_all(const ConvProblem& p) {
    return (p.n * (p.h * p.w * p.c + p.p * p.q * p.k) + p.weight_length() * p.k) / 4;
}

// How many tiles at a time, of at most so many, there is room for if each holds so many numbers.
i64 room_for_tiles(const ConvProblem& p, i64 most, i64 numbers) {
    return std::clamp(3 * quarter_of_all(p) / numbers, i64{1}, most);
}

// Completes the sizes that follow from how the work is shared, and runs it. Threads share the
// tiles, or the outputs where tiles are few or weights fresh; each transforms what it reads.
void run_group(TransformArgs& args, const ConvProblem& p) {
    const i64 total = args.tiles.count();
    if (total <= 0) return;
    const KernelTable& table = kernels();
    const bool fresh = !args.u;
    const i64 panels = divide_up(args.k, table.panel), lanes = table.lanes;
    const i64 numbers = sizes_of(args.transform).numbers;
    const i64 weights = numbers * odd_lines(args.c * table.panel);  // of a panel
    const auto threads = static_cast<i64>(thread_count());
    const i64 shares = std::min(threads, panels);
    args.chain = divide_up(divide_up(args.c, divide_up(args.c, kShortSum)), lanes) * lanes;
    args.parts = total < 2 * table.tile_rows ? shares : 1;
    if (fresh) args.parts = std::clamp(quarter_of_all(p) / weights, i64{1}, shares);
    args.panel_group = fresh ? 1 : std::min(kPanelGroup, divide_up(panels, args.parts));
    args.product_row = std::min(args.panel_group * table.panel, divide_up(args.k, lanes) * lanes);
    const i64 most = pieces_of(args.transform).tiles * (fresh ? 2 : 1);
    const i64 room = room_for_tiles(p, most, numbers * threads * (args.c + args.product_row));
    args.blocks = divide_up(total, room);
    if (args.parts == 1 && !fresh)
        args.blocks = std::min(total, divide_up(args.blocks, threads) * threads);
    args.block = divide_up(total, args.blocks);
    const auto c = static_cast<double>(args.c);
    const auto k = static_cast<double>(panels * table.panel) / static_cast<double>(args.parts);
    const double work = kMultiplyAdd * c * k + kTransform * (c + k);
    const i64 block = odd_lines(args.block * args.c) + odd_lines(args.block * args.product_row);
    const i64 scratch = odd_lines(args.c) + numbers * block;
    launch(table.transformed, args, args.blocks * args.parts,
           static_cast<double>(args.block * numbers) * work,
           static_cast<std::size_t>(scratch + (fresh ? weights + turned_floats(p) : 0)));
}

// Weights: transformed ones, or as they are.
struct Weights {
    const float* u;
    const float* fresh;
};

// One group after the other.
void run(TransformArgs& args, const ConvProblem& p, Pass pass, Weights weights) {
    for (i64 group = 0; group < p.groups; ++group) {
        if (weights.u) {
            args.u = weights.u + group * panels_of(p, pass).floats(args.transform);
        } else {
            args.weights = weights_of(p, args.transform, pass, group, weights.fresh);
        }
        run_group(args, p);
        args.x += args.c;
        args.y += args.k;
        if (args.bias) args.bias += args.k;
        args.channel += args.k;
    }
}

// y = the convolution of x; for the input gradient, of the upstream one.
void compute(const ConvProblem& p, Transform transform, Pass pass, Weights weights, const float* x,
             const float* bias, float* y) {
    const bool backward = pass == Pass::kInputGrad;
    TransformArgs args{};
    args.transform = transform;
    args.tiles = grid_of(p, transform, backward);
    args.x = x;
    args.bias = bias;
    args.y = y;
    args.c = backward ? p.group_outputs() : p.group_channels();
    args.k = backward ? p.group_channels() : p.group_outputs();
    args.behind = backward ? nullptr : p.behind;
    run(args, p, pass, weights);
}

// The outputs and channels are shared between units, each of which transforms what it reads. The
// order of the sums follows from the shapes.
void weight_grad(const ConvProblem& p, Transform transform, const float* x, const float* g,
                 float* dw) {
    const KernelTable& table = kernels();
    TransformGradArgs args{};
    args.transform = transform;
    args.tiles = grid_of(p, transform, false);
    const i64 total = args.tiles.count();
    if (total <= 0) {
        std::fill_n(dw, p.k * p.weight_length(), 0.0f);
        return;
    }
    args.x = x;
    args.g = g;
    args.dw = dw;
    args.c = p.group_channels();
    args.k = p.group_outputs();
    const bool line = transform != Transform::kFourier;
    args.height = line ? 1 : p.r;
    args.width = line ? p.r * p.s : p.s;
    const i64 numbers = sizes_of(transform).numbers;
    const i64 registers = divide_up(args.k, table.lanes), panels = divide_up(args.c, table.panel);
    const Pieces pieces = pieces_of(transform);
    const i64 share = pieces.share;
    const i64 of_tile = numbers * (std::min(args.c, share) + std::min(args.k, share));
    const i64 most = std::min(pieces.grad_tiles, pieces.grad_numbers / of_tile);
    args.block = std::min(total, room_for_tiles(p, most, of_tile));
    args.rows = 2 * table.tile_rows;
    args.row_shares =
        std::min(registers, std::max(divide_up(args.k, share), static_cast<i64>(thread_count())));
    args.column_shares = std::min(panels, divide_up(args.c, share));
    const i64 outputs = divide_up(registers, args.row_shares) * table.lanes;
    const i64 channels = divide_up(panels, args.column_shares) * table.panel;
    const i64 units = args.row_shares * args.column_shares;
    const double work = static_cast<double>(numbers * total) * static_cast<double>(args.c) *
                        static_cast<double>(args.k) / static_cast<double>(units);
    const auto scratch = static_cast<std::size_t>(odd_lines(std::max(args.c, args.k)) +
                                                  numbers * (odd_lines(args.block * channels) +
                                                             odd_lines(args.block * outputs) +
                                                             odd_lines(args.rows * table.panel)));
    for (i64 group = 0; group < p.groups; ++group) {
        launch(table.transformed_weight_grad, args, units, kMultiplyAdd * work, scratch);
        args.x += args.c;
        args.g += args.k;
        args.dw += args.k * p.weight_length();
    }
}

// Along one axis the taps may be dilated.
bool one_step(const ConvProblem& p, bool line) {
    return p.stride[0] == 1 && p.stride[1] == 1 &&
           (line || (p.dilation[0] == 1 && p.dilation[1] == 1));
}

const char* fourier_refusal(const ConvProblem& p) {
    const bool line = std::min(p.r, p.s) == 1;
    const Transform transform = line ? Transform::kFourierLongLine : Transform::kFourier;
    if (one_step(p, line) && std::max(p.r, p.s) <= sizes_of(transform).taps) return nullptr;
    return "Fourier transforms need kernels up to 13x13 or lines of 25, with stride 1 and "
           "dilation 1";
}

const char* line_winograd_refusal(const ConvProblem& p) {
    const i64 taps = std::max(p.r, p.s);
    if (std::min(p.r, p.s) == 1 && taps >= 2 && taps <= 4 && one_step(p, true)) return nullptr;
    return "F(7 - r, r) needs 2 to 4 taps along one axis, stride 1";
}

template <TransformOf of>
constexpr ConvAlgorithm algorithm(const char* name, decltype(ConvAlgorithm::refusal) refusal) {
    return {
        .name = name,
        .refusal = refusal,
        .floats = floats<of>,
        .pack = pack<of>,
        .forward = [](const ConvProblem& p, const float* u, const float* x, const float* bias,
                      float* y) { compute(p, of(p), Pass::kForward, {u, nullptr}, x, bias, y); },
        .forward_fresh =
            [](const ConvProblem& p, const float* weight, const float* x, const float* bias,
               float* y) { compute(p, of(p), Pass::kForward, {nullptr, weight}, x, bias, y); },
        .input_grad =
            [](const ConvProblem& p, const float* u, const float* g, const float* bias, float* dx) {
                compute(p, of(p), Pass::kInputGrad, {u, nullptr}, g, bias, dx);
            },
        .input_grad_fresh =
            [](const ConvProblem& p, const float* weight, const float* g, const float* bias,
               float* dx) { compute(p, of(p), Pass::kInputGrad, {nullptr, weight}, g, bias, dx); },
        .weight_grad = [](const ConvProblem& p, const float* x, const float* g,
                          float* dw) { weight_grad(p, of(p), x, g, dw); }};
}

}  // namespace

const ConvAlgorithm fourier = algorithm<fourier_of>("fourier", fourier_refusal);
const ConvAlgorithm line_winograd = algorithm<winograd_of>("line_winograd", line_winograd_refusal);

}  // namespace convolens
