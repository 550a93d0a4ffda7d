// Weighted sums of inputs along one axis, as a table says: resampling, adaptive averages.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {

using namespace simd;

void weigh(const WeighArgs& args, i64 begin, i64 end, float*) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 outer = unit / args.outputs, output = unit % args.outputs;
        const float* x = args.x + outer * args.inputs * args.inner;
        float* y = args.y + unit * args.inner;
        const i64 first = args.first[output], last = args.first[output + 1];
        for_each_register(0, args.inner, [&](i64 i, auto count) {
            vec sum{};
            for (i64 entry = first; entry < last; ++entry)
                sum += broadcast(args.weight[entry]) *
                       load(x + args.index[entry] * args.inner + i, count);
            store(y + i, sum, count);
        });
    }
}

}  // namespace convolens::CONVOLENS_ISA
