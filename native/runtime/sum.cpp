#include "runtime/sum.h"

#include <algorithm>

#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

constexpr i64 kChunkOfRow = 4096;
constexpr i64 kChunkOfRows = 256;
constexpr i64 kInnerBlock = 4096;

void sum_chunks(const float* x, float* y, i64 outer, i64 reduced, i64 inner, i64 chunk,
                float factor) {
    const i64 chunks = std::max<i64>(1, (reduced + chunk - 1) / chunk);
    const i64 blocks = (inner + kInnerBlock - 1) / kInnerBlock;
    const SumArgs args{x, y, reduced, inner, chunk, chunks, kInnerBlock, blocks, factor};
    const double elements = static_cast<double>(std::min(chunk, reduced)) *
                            static_cast<double>(std::min(inner, kInnerBlock));
    launch(kernels().sum, args, outer * chunks * blocks, 0.5 * kElement * elements);
}

}  // namespace

void sum(const float* x, float* y, i64 outer, i64 reduced, i64 inner, float factor) {
    const i64 chunk = inner == 1 ? kChunkOfRow : kChunkOfRows;
    if (reduced <= chunk) {
        sum_chunks(x, y, outer, reduced, inner, chunk, factor);
        return;
    }
    const i64 chunks = (reduced + chunk - 1) / chunk;
    const Buffer partial(static_cast<std::size_t>(outer * chunks * inner));
    sum_chunks(x, partial.data(), outer, reduced, inner, chunk, 1.0f);
    sum(partial.data(), y, outer, chunks, inner, factor);
}

}  // namespace convolens
