// Sums of many terms, whose rounding error grows with less than their number.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Four partial sums hide the latency of the addition. Each starts anew after kShort terms and is
// added to a total: the error of a sum grows with the length of its chain of additions.
constexpr int kSums = 4;
constexpr i64 kShort = 8;

// The sum of `terms` registers, the i-th of which is term(i).
template <class Term>
CONVOLENS_INLINE vec sum_terms(i64 terms, Term term) {
    vec total{};
    i64 i = 0;
    while (i + kSums <= terms) {
        vec sums[kSums]{};
        const i64 end = i + kSums * kShort;
        for (; i + kSums <= terms && i < end; i += kSums)
            for (int j = 0; j < kSums; ++j) sums[j] += term(i + j);
        total += (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
    for (; i < terms; ++i) total += term(i);
    return total;
}

// The sum over i < length of term(i), where term(i, count) computes a register of neighbours.
template <class Term>
CONVOLENS_INLINE float sum_of(i64 length, Term term) {
    const i64 whole = length / kLanes, rest = length % kLanes;
    vec total = sum_terms(whole, [&](i64 i) { return term(i * kLanes, Whole{}); });
    if (rest) total += first_or(term(whole * kLanes, rest), rest, vec{});
    return sum_lanes(total);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
