// As many multiply-adds as a core can do: the limit that all others are compared with.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {

using namespace simd;

// Sums enough to hide the latency of multiply-add.
void multiply_adds(const MultiplyAddArgs& args, i64 begin, i64 end, float*) {
    constexpr int kSums = MultiplyAddArgs::kSums;
    for (i64 unit = begin; unit < end; ++unit) {
        const vec factor = broadcast(args.factor), term = broadcast(args.term);
        vec sums[kSums];
#pragma GCC unroll 12
        for (int i = 0; i < kSums; ++i) sums[i] = broadcast(static_cast<float>(i));
        for (i64 step = 0; step < args.steps; ++step)
#pragma GCC unroll 12
            for (int i = 0; i < kSums; ++i) sums[i] = sums[i] * factor + term;
        vec total{};
#pragma GCC unroll 12
        for (int i = 0; i < kSums; ++i) total += sums[i];
        store(args.y + unit * kLanes, total);
    }
}

}  // namespace convolens::CONVOLENS_ISA
