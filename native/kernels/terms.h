// Sums of registers in short chains: the error of a sum grows with the length of its chain.
#pragma once

#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Four partial sums hide the latency of the addition. Each starts anew after kShort terms and is
// added to a total.
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

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
