// Many numbers divided by the same ones, without a division each.
#pragma once

#include "simd/math.h"

namespace simd {
namespace {

// Divides by what is at least 1. With fused multiply-add the quotient by the reciprocal, corrected
// by its remainder, is the rounded quotient, but for the last digit of those below 2^-126.
//
// Source: Markstein, "Computation of Elementary Functions on the IBM RISC System/6000 Processor",
// 1990.
class Divisor {
  public:
    CONVOLENS_INLINE explicit Divisor(vec divisor)
        : divisor_(divisor), reciprocal_(broadcast(1.0f) / divisor) {}

    CONVOLENS_INLINE vec divide(vec x) const {
#if defined(CONVOLENS_FMA)
        const vec quotient = x * reciprocal_;
        return quotient - product_error(quotient, divisor_, x) * reciprocal_;
#else
        return x / divisor_;
#endif
    }

  private:
    vec divisor_, reciprocal_;
};

}  // namespace
}  // namespace simd
