// Weighted sums of inputs along two neighbouring axes at once, as tables say: resampled images.
//
// The sum along the rows goes to the scratch, where the sums along the columns find it: so the
// image is read once and the result written once.
#include "kernels/weighted_sum.h"

namespace convolens::CONVOLENS_ISA {

void weigh_planes(const WeighPlanesArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 row = args.columns.inputs * args.inner;
    for (i64 unit = begin; unit < end; ++unit) {
        const float* x = args.x + unit / args.rows.outputs * args.rows.inputs * row;
        const Sum down(args.rows, unit % args.rows.outputs);
        const float* source = scratch;
        if (down.is_one_input()) {
            source = x + *down.index * row;
        } else {
            weigh(down, x, row, scratch, row);
        }
        float* y = args.y + unit * args.columns.outputs * args.inner;
        for (i64 q = 0; q < args.columns.outputs; ++q)
            weigh(Sum(args.columns, q), source, args.inner, y + q * args.inner, args.inner);
    }
}

}  // namespace convolens::CONVOLENS_ISA
