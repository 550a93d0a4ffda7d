// Sums along one axis, in chunks whose bounds depend on the shape alone.
#include "kernels/kernels.h"
#include "kernels/terms.h"

namespace convolens::CONVOLENS_ISA {
namespace {

float sum_row(const float* x, i64 length) {
    const i64 whole = length / kLanes;
    vec total = sum_terms(whole, [&](i64 i) { return load(x + i * kLanes); });
    for_each_register(whole * kLanes, length,
                      [&](i64 at, auto count) { total += load(x + at, count); });
    return sum_lanes(total);
}

void sum_columns(const float* x, float* y, i64 rows, i64 stride, i64 columns, float factor) {
    for_each_register(0, columns, [&](i64 i, auto count) {
        const vec total = sum_terms(rows, [&](i64 r) { return load(x + r * stride + i, count); });
        store(y + i, total * broadcast(factor), count);
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
