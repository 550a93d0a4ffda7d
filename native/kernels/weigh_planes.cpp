// Weighted sums of inputs along two neighbouring axes at once, as tables say: resampled images.
//
// The sum along the rows goes to the scratch, where the sums along the columns find it: so the
// image is read once and the result written once.
#include "kernels/kernels.h"
#include "kernels/source.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The terms of one output: `count` of them, each weight[e] x[index[e] * step ...].
struct Sum {
    const i64* index;
    const float* weight;
    i64 count;

    Sum(const Terms& terms, i64 output)
        : index(terms.index + terms.first[output]),
          weight(terms.weight + terms.first[output]),
          count(terms.first[output + 1] - terms.first[output]) {}

    bool is_one_input() const { return count == 1 && *weight == 1.0f; }
};

// Count is the number of terms where it is known, else 0.
template <int Count>
CONVOLENS_INLINE void add_terms(const Sum& sum, const float* x, i64 step, float* y, i64 length) {
    const i64 count = Count > 0 ? Count : sum.count;
    for_each_register(0, length, [&](i64 i, auto lanes) {
        vec total{};
#pragma GCC unroll 4
        for (i64 e = 0; e < count; ++e)
            total += broadcast(sum.weight[e]) * load(x + sum.index[e] * step + i, lanes);
        store(y + i, total, lanes);
    });
}

// y[i] = the sum over the terms of weight x[index * step + i], for i < length.
void weigh(const Sum& sum, const float* x, i64 step, float* y, i64 length) {
    if (sum.is_one_input()) {
        copy(y, x + *sum.index * step, length);
    } else if (sum.count == 2) {
        add_terms<2>(sum, x, step, y, length);
    } else if (sum.count == 4) {
        add_terms<4>(sum, x, step, y, length);
    } else {
        add_terms<0>(sum, x, step, y, length);
    }
}

}  // namespace

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
