// Weighted sums of inputs along one axis, as a table says: resampling, adaptive averages.
#include "kernels/weighted_sum.h"

namespace convolens::CONVOLENS_ISA {

void weigh(const WeighArgs& args, i64 begin, i64 end, float*) {
    for (i64 unit = begin; unit < end; ++unit) {
        const float* x = args.x + unit / args.terms.outputs * args.terms.inputs * args.inner;
        weigh(Sum(args.terms, unit % args.terms.outputs), x, args.inner, args.y + unit * args.inner,
              args.inner);
    }
}

}  // namespace convolens::CONVOLENS_ISA
