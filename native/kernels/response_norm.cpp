// Local response normalisation across channels, and its gradient.
#include "kernels/kernels.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// v s^-beta; for the usual beta of 3/4 by square roots: s^(1/4) / s.
CONVOLENS_INLINE vec scaled(vec v, vec s, float beta) {
    if (beta == 0.75f) {
        // Of 0 and of infinity s^(1/4) would leave no number.
        const vec finite = min(broadcast(3.4028234664e38f), s);  // in this order NaN stays
        const vec inside = select(s == vec{}, broadcast(1.0f), finite);
        return v * (square_root(square_root(inside)) / s);
    }
    if (beta == 0.5f) return v / square_root(s);
    return v * simd::power(s, -beta);
}

void clear(float* p, i64 count) {
    for (i64 i = 0; i < count; ++i) p[i] = 0.0f;
}

// The window sum at channel i of a row that has `before` zeros in front.
template <class Lanes>
CONVOLENS_INLINE vec window_sum(const float* row, i64 i, i64 width, Lanes count) {
    vec total = load(row + i, count);
    for (i64 j = 1; j < width; ++j) total += load(row + i + j, count);
    return total;
}

}  // namespace

// Scratch: C + before + after floats.
void response_norm(const ResponseNormArgs& args, i64 begin, i64 end, float* squares) {
    const i64 c = args.channels, width = args.before + 1 + args.after;
    clear(squares, args.before);
    clear(squares + args.before + c, args.after);
    for (i64 pixel = begin; pixel < end; ++pixel) {
        const float* x = args.x + pixel * c;
        float* y = args.y + pixel * c;
        for_each_register(0, c, [&](i64 i, auto count) {
            const vec v = load(x + i, count);
            store(squares + args.before + i, v * v, count);
        });
        for_each_register(0, c, [&](i64 i, auto count) {
            const vec s =
                broadcast(args.k) + broadcast(args.factor) * window_sum(squares, i, width, count);
            store(y + i, scaled(load(x + i, count), s, args.beta), count);
        });
    }
}

// Scratch: 2 (C + before + after) floats, for the squares and for g x s^(-beta-1).
void response_norm_grad(const ResponseNormArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 c = args.channels, width = args.before + 1 + args.after;
    float* squares = scratch;
    float* pulled = scratch + c + args.before + args.after;
    clear(squares, args.before);
    clear(squares + args.before + c, args.after);
    // The mirrored window: as many zeros in front as the window has channels after.
    clear(pulled, args.after);
    clear(pulled + args.after + c, args.before);
    for (i64 pixel = begin; pixel < end; ++pixel) {
        const float* x = args.x + pixel * c;
        const float* g = args.g + pixel * c;
        float* dx = args.y + pixel * c;
        for_each_register(0, c, [&](i64 i, auto count) {
            const vec v = load(x + i, count);
            store(squares + args.before + i, v * v, count);
        });
        for_each_register(0, c, [&](i64 i, auto count) {
            const vec s =
                broadcast(args.k) + broadcast(args.factor) * window_sum(squares, i, width, count);
            const vec direct = scaled(load(g + i, count), s, args.beta);
            store(dx + i, direct, count);
            store(pulled + args.after + i, direct * load(x + i, count) / s, count);
        });
        const vec slope = broadcast(2.0f * args.factor * args.beta);
        for_each_register(0, c, [&](i64 i, auto count) {
            const vec back = slope * load(x + i, count) * window_sum(pulled, i, width, count);
            store(dx + i, load(dx + i, count) - back, count);
        });
    }
}

}  // namespace convolens::CONVOLENS_ISA
