// Large kernels with stride 1, by Fourier transforms of tiles.
#include <algorithm>

#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

constexpr i64 kNumbers = FourierArgs::kNumbers;
// Tiles of a block, which share what is read of the weights.
constexpr i64 kTiles = 18;
// Panels whose products are kept at a time.
constexpr i64 kPanelGroup = 2;
// Outputs and channels of a share of a weight gradient.
constexpr i64 kShare = 64;
// Nanoseconds to transform a number of a tile.
constexpr double kTransform = 1.0;

// The rows of a panel of a group's weights, and how many panels there are.
struct Panels {
    i64 rows, count;

    i64 floats() const { return kNumbers * count * odd_lines(rows * kernels().panel); }
};

Panels panels_of(const ConvProblem& p, Pass pass) {
    const i64 c = p.group_channels(), k = p.group_outputs();
    const bool backward = pass == Pass::kInputGrad;
    return {backward ? k : c, divide_up(backward ? c : k, kernels().panel)};
}

std::size_t floats(const ConvProblem& p, Pass pass) {
    return static_cast<std::size_t>(p.groups * panels_of(p, pass).floats());
}

// Lanes are outputs, or channels for the input gradient.
void pack(const ConvProblem& p, Pass pass, const float* weight, float* u) {
    const KernelTable& table = kernels();
    const i64 k = p.group_outputs(), c = p.group_channels();
    const Panels panels = panels_of(p, pass);
    for (i64 group = 0; group < p.groups; ++group) {
        const float* own = weight + group * k * p.weight_length();
        const FourierWeightArgs args{
            {own, k, c, pass == Pass::kInputGrad}, u + group * panels.floats(), p.r, p.s};
        launch(table.fourier_weights, args, panels.count * divide_up(panels.rows, table.lanes),
               kTransform * static_cast<double>(kNumbers * table.panel * table.lanes),
               static_cast<std::size_t>(p.r * p.s * table.lanes * table.lanes));
    }
}

// Cuts the p x q outputs of each image into tiles, and returns how many the batch has.
template <class Args>
i64 cut_into_tiles(Args& args, const ConvProblem& p) {
    args.tile_height = FourierArgs::kSide + 1 - p.r;
    args.tile_width = FourierArgs::kSide + 1 - p.s;
    args.tile_rows = divide_up(args.p, args.tile_height);
    args.tile_columns = divide_up(args.q, args.tile_width);
    return args.n * args.tile_rows * args.tile_columns;
}

// How many tiles at a time there is room for, if each holds so many channels and outputs: what is
// transformed stays below image, output and weights.
i64 room_for_tiles(const ConvProblem& p, i64 channels) {
    const i64 all = p.n * (p.h * p.w * p.c + p.p * p.q * p.k) + p.r * p.s * p.c * p.k;
    return std::clamp(all * 3 / 4 / (kNumbers * channels), i64{1}, kTiles);
}

// Completes the sizes that follow from how the work is shared, and runs it. Threads share the
// tiles, or the outputs where tiles are few; each transforms what it reads.
void run_group(FourierArgs& args, const ConvProblem& p) {
    if (args.n == 0 || args.p <= 0 || args.q <= 0) return;
    const KernelTable& table = kernels();
    const i64 panels = divide_up(args.k, table.panel), lanes = table.lanes;
    const auto threads = static_cast<i64>(thread_count());
    args.chain = divide_up(divide_up(args.c, divide_up(args.c, kShortSum)), lanes) * lanes;
    const i64 total = cut_into_tiles(args, p);
    args.parts = total < 2 * table.tile_rows ? std::min(threads, panels) : 1;
    args.panel_group = std::min(kPanelGroup, divide_up(panels, args.parts));
    args.product_row = std::min(args.panel_group * table.panel, divide_up(args.k, lanes) * lanes);
    args.blocks = divide_up(total, room_for_tiles(p, threads * (args.c + args.product_row)));
    if (args.parts == 1) args.blocks = std::min(total, divide_up(args.blocks, threads) * threads);
    args.block = divide_up(total, args.blocks);
    const auto numbers = static_cast<double>(args.block * kNumbers);
    const auto c = static_cast<double>(args.c);
    const auto k = static_cast<double>(panels * table.panel) / static_cast<double>(args.parts);
    launch(table.fourier, args, args.blocks * args.parts,
           numbers * (kMultiplyAdd * c * k + kTransform * (c + k)),
           static_cast<std::size_t>(odd_lines(args.c) +
                                    kNumbers * (odd_lines(args.block * args.c) +
                                                odd_lines(args.block * args.product_row))));
}

// One group after the other.
void run(FourierArgs& args, const ConvProblem& p, Pass pass) {
    for (i64 group = 0; group < p.groups; ++group) {
        run_group(args, p);
        args.x += args.c;
        args.u += panels_of(p, pass).floats();
        args.y += args.k;
        if (args.bias) args.bias += args.k;
    }
}

void forward(const ConvProblem& p, const float* u, const float* x, const float* bias, float* y) {
    FourierArgs args{};
    args.x = x;
    args.u = u;
    args.bias = bias;
    args.y = y;
    args.n = p.n;
    args.h = p.h;
    args.w = p.w;
    args.c = p.group_channels();
    args.p = p.p;
    args.q = p.q;
    args.k = p.group_outputs();
    args.x_pixel = p.c;
    args.y_pixel = p.k;
    args.row_origin = -p.padding[0];
    args.column_origin = -p.padding[1];
    args.relu = p.relu;
    run(args, p, Pass::kForward);
}

// A convolution of g with the taps turned round, padded so that the windows reach as far.
void input_grad(const ConvProblem& p, const float* u, const float* g, const float* bias,
                float* dx) {
    FourierArgs args{};
    args.x = g;
    args.u = u;
    args.bias = bias;
    args.y = dx;
    args.n = p.n;
    args.h = p.p;
    args.w = p.q;
    args.c = p.group_outputs();
    args.p = p.h;
    args.q = p.w;
    args.k = p.group_channels();
    args.x_pixel = p.k;
    args.y_pixel = p.c;
    args.row_origin = p.padding[0] - (p.r - 1);
    args.column_origin = p.padding[1] - (p.s - 1);
    run(args, p, Pass::kInputGrad);
}

}  // namespace

const WeightedAlgorithm fourier = {floats, pack, forward, input_grad};

// The outputs and channels are shared between units, each of which transforms what it reads. The
// order of the sums follows from the shapes.
void fourier_weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    const KernelTable& table = kernels();
    FourierGradArgs args{};
    args.n = p.n;
    args.p = p.p;
    args.q = p.q;
    const i64 total = cut_into_tiles(args, p);
    if (total == 0) {
        std::fill_n(dw, p.k * p.weight_length(), 0.0f);
        return;
    }
    args.x = x;
    args.g = g;
    args.dw = dw;
    args.h = p.h;
    args.w = p.w;
    args.c = p.group_channels();
    args.k = p.group_outputs();
    args.x_pixel = p.c;
    args.g_pixel = p.k;
    args.row_origin = -p.padding[0];
    args.column_origin = -p.padding[1];
    args.height = p.r;
    args.width = p.s;
    const i64 registers = divide_up(args.k, table.lanes), panels = divide_up(args.c, table.panel);
    args.tiles =
        std::min(total, room_for_tiles(p, std::min(args.c, kShare) + std::min(args.k, kShare)));
    args.rows = 2 * table.tile_rows;
    args.row_shares =
        std::min(registers, std::max(divide_up(args.k, kShare), static_cast<i64>(thread_count())));
    args.column_shares = std::min(panels, divide_up(args.c, kShare));
    const i64 outputs = divide_up(registers, args.row_shares) * table.lanes;
    const i64 channels = divide_up(panels, args.column_shares) * table.panel;
    const i64 units = args.row_shares * args.column_shares;
    const double work = static_cast<double>(kNumbers * total) * static_cast<double>(args.c) *
                        static_cast<double>(args.k) / static_cast<double>(units);
    const auto scratch = static_cast<std::size_t>(odd_lines(std::max(args.c, args.k)) +
                                                  kNumbers * (odd_lines(args.tiles * channels) +
                                                              odd_lines(args.tiles * outputs) +
                                                              odd_lines(args.rows * table.panel)));
    for (i64 group = 0; group < p.groups; ++group) {
        launch(table.fourier_weight_grad, args, units, kMultiplyAdd * work, scratch);
        args.x += args.c;
        args.g += args.k;
        args.dw += args.k * p.weight_length();
    }
}

}  // namespace convolens
