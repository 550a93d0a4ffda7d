// Distances of rows, and their gradient.
#include "kernels/terms.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {

void distance(const DistanceArgs& args, i64 begin, i64 end, float*) {
    const vec eps = broadcast(args.eps);
    for (i64 row = begin; row < end; ++row) {
        const float* a = args.a + row * args.length;
        const float* b = args.b + row * args.length;
        const auto difference = [&](i64 i, auto count) {
            return load(a + i, count) - load(b + i, count) + eps;
        };
        if (args.squares) {
            const float total = sum_of(args.length, [&](i64 i, auto count) {
                const vec d = difference(i, count);
                return d * d;
            });
            args.y[row] = square_root(broadcast(total))[0];
        } else {
            args.y[row] = sum_of(args.length,
                                 [&](i64 i, auto count) { return absolute(difference(i, count)); });
        }
    }
}

void distance_grad(const DistanceArgs& args, i64 begin, i64 end, float*) {
    const vec eps = broadcast(args.eps);
    for (i64 row = begin; row < end; ++row) {
        const float* a = args.a + row * args.length;
        const float* b = args.b + row * args.length;
        const float distance = args.distance[row], g = args.g[row];
        const vec each = broadcast(distance == 0.0f ? 0.0f : g / distance);
        const vec one = broadcast(g);
        for_each_register(0, args.length, [&](i64 i, auto count) {
            const vec d = load(a + i, count) - load(b + i, count) + eps;
            const vec signed_one = select(d > vec{}, one, select(d < vec{}, -one, vec{}));
            store(args.y + row * args.length + i, args.squares ? d * each : signed_one, count);
        });
    }
}

}  // namespace convolens::CONVOLENS_ISA
