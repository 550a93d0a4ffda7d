// Sums along one axis, in chunks whose bounds depend on the shape alone.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Four partial sums a lane: they hide the latency of the addition, and shorten the sums.
float sum_row(const float* x, i64 length) {
    constexpr int kSums = 4;
    vec sums[kSums]{};
    i64 i = 0;
    for (; i + kSums * kLanes <= length; i += kSums * kLanes)
        for (int j = 0; j < kSums; ++j) sums[j] += load(x + i + j * kLanes);
    for_each_register(i, length, [&](i64 at, auto count) { sums[0] += load(x + at, count); });
    return sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

// Four partial sums, of every fourth row.
void sum_columns(const float* x, float* y, i64 rows, i64 stride, i64 columns, float factor) {
    constexpr int kSums = 4;
    for_each_register(0, columns, [&](i64 i, auto count) {
        vec sums[kSums]{};
        i64 r = 0;
        for (; r + kSums <= rows; r += kSums)
            for (int j = 0; j < kSums; ++j) sums[j] += load(x + (r + j) * stride + i, count);
        for (; r < rows; ++r) sums[0] += load(x + r * stride + i, count);
        store(y + i, ((sums[0] + sums[1]) + (sums[2] + sums[3])) * broadcast(factor), count);
    });
}

}  // namespace

void sum(const SumArgs& args, i64 begin, i64 end, float*) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 block = unit % args.blocks, place = unit / args.blocks;
        const i64 outer = place / args.chunks, chunk = place % args.chunks;
        const i64 first = chunk * args.chunk, column = block * args.inner_block;
        const i64 rows = first + args.chunk < args.reduced ? args.chunk : args.reduced - first;
        const float* x = args.x + (outer * args.reduced + first) * args.inner + column;
        float* y = args.y + place * args.inner + column;
        if (args.inner == 1) {
            *y = sum_row(x, rows) * args.factor;
        } else {
            const i64 left = args.inner - column;
            sum_columns(x, y, rows, args.inner, left < args.inner_block ? left : args.inner_block,
                        args.factor);
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
