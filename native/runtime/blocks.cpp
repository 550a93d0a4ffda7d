#include "runtime/blocks.h"

#include <algorithm>

#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/units.h"

namespace convolens {
namespace {

// Pixels that a panel of a matrix is multiplied with while it is in the first level of cache.
constexpr i64 kPixels = 168;

}  // namespace

i64 BlockSizes::panels() const {
    return divide_up(n, kernels().panel);
}

void BlockSizes::pack(const float* weight, float* packed) const {
    const i64 no_offset = 0;
    PackArgs args{};
    args.w = weight;
    args.packed = packed;
    args.length = length;
    args.columns = n;
    args.length_stride = slices * taps * n;
    args.column_stride = 1;
    args.group_stride = n;
    args.segments = 1;
    args.segment_offsets = &no_offset;
    args.panels = panels();
    launch(kernels().pack, args, slices * taps * args.panels,
           kElement * static_cast<double>(length * kernels().panel));
}

void BlockSizes::multiply(const float* x, const float* packed, const float* bias, float* y) const {
    BlocksArgs args{};
    args.x = x;
    args.packed = packed;
    args.bias = bias;
    args.y = y;
    args.rows = rows;
    args.columns = columns;
    args.length = length;
    args.lines = lines;
    args.slices = slices;
    args.taps = taps;
    args.n = n;
    args.panels = panels();
    args.row_block =
        std::clamp(kPixels / columns, i64{1}, std::max<i64>(1, divide_up(rows, kUnits)));
    const double products = static_cast<double>(args.row_block * columns) *
                            static_cast<double>(slices * taps * args.panels) *
                            static_cast<double>(length * kernels().panel);
    launch(kernels().blocks, args, divide_up(rows, args.row_block), kMultiplyAdd * products);
}

}  // namespace convolens
