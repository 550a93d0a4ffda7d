#include "runtime/sum.h"

#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/middle.h"

namespace convolens {

void sum(const float* x, float* y, i64 outer, i64 reduced, i64 inner, double factor) {
    constexpr double kPlain = 0.42 * kElement;  // an addition, and no more
    sum_terms(kernels().sum, kPlain, x, nullptr, y, outer, reduced, inner, factor, false);
}

void sum_terms(SumKernel kernel, double nanoseconds, const float* x, const float* c, float* y,
               i64 outer, i64 reduced, i64 inner, double factor, bool root) {
    SumArgs args{};
    args.axis = in_chunks(reduced, inner);
    args.x = x;
    args.c = c;
    args.y = y;
    args.factor = factor;
    args.root = root;
    const i64 chunks = args.axis.chunks;
    const std::size_t doubles = chunks > 1 ? static_cast<std::size_t>(outer * chunks * inner) : 0;
    const Buffer partial(2 * doubles);
    if (doubles) args.partial = reinterpret_cast<double*>(partial.data());
    launch(kernel, args, units(args.axis, outer), nanoseconds * elements(args.axis));
    if (!doubles) return;
    const MiddleAxis axis = in_one_piece(chunks, inner);
    const PartialArgs partials{axis, args.partial, y, factor, root};
    launch(kernels().add_partials, partials, units(axis, outer), kElement * elements(axis));
}

}  // namespace convolens
