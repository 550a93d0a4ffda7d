// The largest number of a row, and the sum of its exponentials.
#pragma once

#include "kernels/kernels.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Lanes beyond `count` become the neutral element of what follows.
CONVOLENS_INLINE vec load_or(const float* p, Whole, float) {
    return load(p);
}

CONVOLENS_INLINE vec load_or(const float* p, i64 count, float neutral) {
    return first_or(load_first(p, count), count, broadcast(neutral));
}

// The first `count` lanes, and zeros after them.
CONVOLENS_INLINE vec only(vec x, Whole) {
    return x;
}

CONVOLENS_INLINE vec only(vec x, i64 count) {
    return first_or(x, count, vec{});
}

// The largest number, or NaN if there is one.
[[maybe_unused]] float row_max(const float* x, i64 length) {
    constexpr float lowest = -__builtin_inff();
    vec best = broadcast(lowest);
    vec nan{};
    for_each_register(0, length, [&](i64 i, auto count) {
        const vec v = load_or(x + i, count, lowest);
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
        const vec e = simd::exp(load_or(x + i, count, shift) - broadcast(shift));
        if (exponentials) store(exponentials + i, e, count);
        total += only(e, count);
    });
    return sum_lanes(total);
}

CONVOLENS_INLINE float log_of(float x) {
    return simd::log(broadcast(x))[0];
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
