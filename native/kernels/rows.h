// The largest number of a row, and the sum of its exponentials.
#pragma once

#include "kernels/kernels.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// The largest number, of those that are no NaN: these reach the sum of exponentials by themselves.
// Several at a time: each comparison waits for the last.
[[maybe_unused]] float row_max(const float* x, i64 length) {
    constexpr float lowest = -__builtin_inff();
    constexpr int kBeside = 4;
    vec best[kBeside];
    for (vec& each : best) each = broadcast(lowest);
    // In this order NaN goes.
    const auto add = [&](int j, vec v) CONVOLENS_INLINED { best[j] = max(v, best[j]); };
    i64 first = 0;
    for (; first + kBeside * kLanes <= length; first += kBeside * kLanes)
#pragma GCC unroll 4
        for (int j = 0; j < kBeside; ++j) add(j, load(x + first + j * kLanes));
    for_each_register(first, length, [&](i64 i, auto count) CONVOLENS_INLINED {
        add(0, first_or(load(x + i, count), count, broadcast(lowest)));
    });
    return max_lanes(max(max(best[0], best[1]), max(best[2], best[3])));
}

[[maybe_unused]] float row_sum_exp(const float* x, float* exponentials, i64 length, float shift) {
    vec total{};
    for_each_register(0, length, [&](i64 i, auto count) {
        // Not the exponential of -infinity in the lanes beyond: processors take long to underflow.
        const vec same = broadcast(shift);
        const vec e = rough_exp_of_negative(first_or(load(x + i, count), count, same) - same);
        if (exponentials) store(exponentials + i, e, count);
        total += first_or(e, count, vec{});
    });
    return sum_lanes(total);
}

CONVOLENS_INLINE float log_of(float x) {
    return simd::log(broadcast(x))[0];
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
