// An input gradient whose products are summed over the kernel's rows before they are added where
// the windows lie.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

const char* refusal(const ConvProblem& p) {
    return rows_run_on(p) ? nullptr
                          : "the taps of a kernel's row must lie side by side in one group";
}

i64 run_of(const ConvProblem& p) {
    return p.s * p.c;
}

i64 panels_of(const ConvProblem& p) {
    return divide_up(run_of(p), kernels().panel);
}

// The rows of the kernel, those first whose distance from the window's origin leaves no remainder
// when divided by the stride, then those that leave 1, and so on.
struct KernelRows {
    std::vector<i64> rows, steps, phases;

    explicit KernelRows(const ConvProblem& p) {
        for (i64 r = 0; r < p.r; ++r) rows.push_back(r);
        const auto phase = [&](i64 r) { return r * p.dilation[0] % p.stride[0]; };
        std::ranges::stable_sort(rows, {}, phase);
        for (i64 r : rows) {
            steps.push_back(r * p.dilation[0] / p.stride[0]);
            phases.push_back(phase(r));
        }
    }

    // Behind the last of those that leave the same as row i.
    i64 end_of_phase(i64 i) const {
        const auto at = phases.begin() + i;
        return std::find_if(at, phases.end(), [&](i64 other) { return other != *at; }) -
               phases.begin();
    }
};

std::size_t floats(const ConvProblem& p, Pass) {
    return static_cast<std::size_t>(p.r * panels_of(p) * p.k * kernels().panel);
}

// A row of the weights as it lies in memory, [K][row][taps].
void pack(const ConvProblem& p, Pass, const float* weight, float* packed) {
    const KernelTable& table = kernels();
    const KernelRows kernel(p);
    PackArgs args{};
    args.w = weight;
    args.columns = run_of(p);
    args.length_stride = p.weight_length();
    args.column_stride = 1;
    args.panels = panels_of(p);
    std::vector<i64> offsets;
    for (i64 row : kernel.rows) offsets.push_back(row * args.columns);
    for (i64 begin = 0, end = 0; begin < p.r; begin = end) {
        end = kernel.end_of_phase(begin);
        args.packed = packed + begin * args.panels * p.k * table.panel;
        args.segments = end - begin;
        args.segment_offsets = offsets.data() + begin;
        args.length = args.segments * p.k;
        launch(table.pack, args, args.panels,
               kElement * static_cast<double>(args.length * table.panel));
    }
}

void input_grad(const ConvProblem& p, const float* packed, const float* g, const float* bias,
                float* dx) {
    const KernelTable& table = kernels();
    const KernelRows kernel(p);
    RowScatterArgs args{scattered_args(p, packed, g, bias, dx)};
    args.outputs = p.k;
    args.steps = kernel.steps.data();
    args.phases = kernel.phases.data();
    args.rows = p.r;
    args.run = run_of(p);
    args.reach = p.s - 1;
    const i64 columns = divide_up(p.w, args.strips);
    // Windows of one sheet do not overlap; a tile goes to as many sheets as it has rows.
    const i64 overlapping = divide_up(args.run, p.stride[1] * p.c);
    const i64 together = overlapping * std::max(i64{1}, table.tile_rows / overlapping);
    args.sheets = std::max(i64{1}, std::min(together, p.q));
    const i64 line = columns + 2 * args.reach;
    if (line > kLargestBlock / (p.c * args.sheets))
        throw std::invalid_argument("a padded row is too large");
    args.row_block = choose_row_block(p.n, p.h, line * p.c);
    args.row_blocks = divide_up(p.h, args.row_block);
    const double products = static_cast<double>(args.row_block * columns) *
                            static_cast<double>(p.r * p.k * panels_of(p) * table.panel) /
                            static_cast<double>(p.stride[0] * p.stride[1]);
    launch(table.window_row_scatter, args, p.n * args.row_blocks * args.strips,
           kMultiplyAdd * products,
           static_cast<std::size_t>(2 * p.r + table.lanes + args.sheets * line * p.c));
}

}  // namespace

const ConvAlgorithm row_scatter = {.name = "row_scatter",
                                   .refusal = refusal,
                                   .floats = floats,
                                   .pack = pack,
                                   .input_grad = input_grad};

}  // namespace convolens
