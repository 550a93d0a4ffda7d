// One input channel, stride 1: the rows of an image are lines, and the weights are used as they
// are.
#include <algorithm>

#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

std::size_t floats(const ConvProblem& p, Pass) {
    return static_cast<std::size_t>(p.k * p.weight_length());
}

void pack(const ConvProblem& p, Pass, const float* weight, float* packed) {
    std::copy_n(weight, p.k * p.weight_length(), packed);
}

void forward(const ConvProblem& p, const float* packed, const float* x, const float* bias,
             float* y) {
    const Taps all = forward_taps(p);
    WindowArgs args = forward_args(p, all, x, bias, y);
    const Segments& taps = args.segments;
    const i64 length = taps.count * taps.run;
    const i64 line = line_floats(taps, args.columns, 1, 1);
    args.row_block = choose_row_block(args.n, args.rows, line);
    args.row_blocks = divide_up(args.rows, args.row_block);
    args.packed = packed;
    const i64 buffer = block_floats(taps, args.row_block, 1, line);
    const double products = static_cast<double>(args.row_block * args.columns) *
                            static_cast<double>(length * args.group_outputs);
    launch(kernels().window_planes, args, args.n * args.row_blocks, 2 * kMultiplyAdd * products,
           static_cast<std::size_t>(length * args.group_outputs + 2 * length + buffer +
                                    2 * kernels().lanes));
}

}  // namespace

const WeightedAlgorithm planes = {floats, pack, forward, nullptr};

}  // namespace convolens
