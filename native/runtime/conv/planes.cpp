// One input channel, stride 1: the rows of an image are lines.
#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

std::size_t floats(const ConvProblem& p, Pass) {
    return static_cast<std::size_t>(p.k * p.weight_length());
}

void pack(const ConvProblem& p, Pass pass, const float* weight, float* packed) {
    const PackPlanesArgs args{weight, packed, p.k, p.weight_length()};
    launch(kernels().pack_planes, args, 1, kTransposed * static_cast<double>(floats(p, pass)));
}

void forward(const ConvProblem& p, const float* packed, const float* x, const float* bias,
             float* y) {
    const Taps all = forward_taps(p);
    WindowArgs args = forward_args(p, all, x, bias, y);
    const Segments& taps = args.segments;
    const i64 length = taps.count * taps.run;
    args.strips = strips_of(args.rows, args.columns);
    const i64 columns = divide_up(args.columns, args.strips), images = args.n * args.strips;
    const i64 line = line_floats(taps, columns, 1, 1);
    const double row = 2 * kMultiplyAdd * static_cast<double>(columns) *
                       static_cast<double>(length * args.group_outputs);
    const i64 units = units_of(row * static_cast<double>(images * args.rows));
    args.row_block = choose_row_block(images, args.rows, line, units);
    args.row_blocks = divide_up(args.rows, args.row_block);
    args.packed = packed;
    const i64 buffer = block_floats(taps, args.row_block, 1, line);
    launch(kernels().window_planes, args, images * args.row_blocks,
           row * static_cast<double>(args.row_block),
           static_cast<std::size_t>(2 * length + buffer + 2 * kernels().lanes));
}

const char* refusal(const ConvProblem& p) {
    const bool fits = p.c == 1 && p.stride[0] == 1 && p.stride[1] == 1;
    return fits ? nullptr : "planes need one channel and stride 1";
}

}  // namespace

const ConvAlgorithm planes = {.name = "planes",
                              .refusal = refusal,
                              .floats = floats,
                              .pack = pack,
                              .forward = forward,
                              .weight_grad = planes_weight_grad,
                              .adds = false};

}  // namespace convolens
