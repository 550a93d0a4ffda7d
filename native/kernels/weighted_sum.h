// One weighted sum of rows of inputs, as a table says.
#pragma once

#include "kernels/kernels.h"
#include "kernels/source.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// The terms of one output: `count` of them, each weight[e] x[index[e] * step ...].
struct Sum {
    const i64* index;
    const float* weight;
    i64 count;

    Sum(const Terms& all, i64 output)
        : index(all.index + all.first[output]),
          weight(all.weight + all.first[output]),
          count(all.first[output + 1] - all.first[output]) {}

    bool is_one_input() const { return count == 1 && *weight == 1.0f; }
};

// The weights and places of a few terms stay in registers: after each store those in memory may be
// others.
template <int Count>
CONVOLENS_INLINE void add_few(const Sum& sum, const float* x, i64 step, float* y, i64 length) {
    vec weights[Count];
    const float* from[Count];
    for (int e = 0; e < Count; ++e) {
        weights[e] = broadcast(sum.weight[e]);
        from[e] = x + sum.index[e] * step;
    }
    for_each_register(0, length, [&](i64 i, auto lanes) CONVOLENS_INLINED {
        vec total{};
#pragma GCC unroll 4
        for (int e = 0; e < Count; ++e) total += weights[e] * load(from[e] + i, lanes);
        store(y + i, total, lanes);
    });
}

CONVOLENS_INLINE void add_many(const Sum& sum, const float* x, i64 step, float* y, i64 length) {
    for_each_register(0, length, [&](i64 i, auto lanes) {
        vec total{};
        for (i64 e = 0; e < sum.count; ++e)
            total += broadcast(sum.weight[e]) * load(x + sum.index[e] * step + i, lanes);
        store(y + i, total, lanes);
    });
}

// y[i] = the sum over the terms of weight x[index * step + i], for i < length.
inline void weigh(const Sum& sum, const float* x, i64 step, float* y, i64 length) {
    if (sum.is_one_input()) {
        copy(y, x + *sum.index * step, length);
    } else if (sum.count == 2) {
        add_few<2>(sum, x, step, y, length);
    } else if (sum.count == 4) {
        add_few<4>(sum, x, step, y, length);
    } else {
        add_many(sum, x, step, y, length);
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
