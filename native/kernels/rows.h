// The largest number of a row, and the sum of its exponentials.
#pragma once

#include "kernels/kernels.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// The largest number, or NaN if there is one.
[[maybe_unused]] float row_max(const float* x, i64 length) {
    constexpr float lowest = -__builtin_inff();
    vec best = broadcast(lowest);
    vec nan{};
    for_each_register(0, length, [&](i64 i, auto count) {
        const vec v = first_or(load(x + i, count), count, broadcast(lowest));
        best = max(v, best);
        nan = select(v != v, v, nan);
    });
    const float not_a_number = sum_lanes(nan);
    return not_a_number != not_a_number ? not_a_number : max_lanes(best);
}

[[maybe_unused]] float row_sum_exp(const float* x, float* exponentials, i64 length, float shift) {
    vec total{};
    for_each_register(0, length, [&](i64 i, auto count) {
        // Not the exponential of -infinity in the lanes beyond: processors take long to underflow.
        const vec same = broadcast(shift);
        const vec e = simd::exp(first_or(load(x + i, count), count, same) - same);
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
