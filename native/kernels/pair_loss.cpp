// Losses that compare two inputs number by number, their sums in parts, and their gradients.
#include "kernels/elementwise.h"
#include "kernels/terms.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {
namespace {

struct Pair {
    vec x, t, p;  // p is 1 where there is none
};

template <class Count>
CONVOLENS_INLINE Pair load_pair(const PairLossArgs& args, i64 i, Count count) {
    return {load(args.x + i, count), load(args.t + i, count),
            args.p ? load(args.p + i, count) : broadcast(1.0f)};
}

// The sums, or each, of loss(pair), weighted.
template <class Loss>
CONVOLENS_INLINE void losses(const PairLossArgs& args, i64 begin, i64 end, Loss loss) {
    for (i64 part = begin; part < end; ++part) {
        const i64 first = part * PairLossArgs::kPart, left = args.size - first;
        const i64 length = left < PairLossArgs::kPart ? left : PairLossArgs::kPart;
        const auto weighted = [&](i64 i, auto count) {
            const vec each = loss(load_pair(args, first + i, count));
            return args.w ? each * load(args.w + first + i, count) : each;
        };
        if (args.each)
            for_each_register(0, length, [&](i64 i, auto count) {
                store(args.y + first + i, weighted(i, count), count);
            });
        else
            args.y[part] = sum_of(length, weighted);
    }
}

// y = slope(pair) times the weight and the upstream gradient.
template <class Slope>
CONVOLENS_INLINE void slopes(const PairLossArgs& args, i64 begin, i64 end, Slope slope) {
    const vec factor = broadcast(args.factor), same = broadcast(*args.g) * factor;
    for_each_register(begin, end, [&](i64 i, auto count) {
        vec y = slope(load_pair(args, i, count));
        if (args.w) y *= load(args.w + i, count);
        store(args.y + i, y * (args.g_step ? load(args.g + i, count) * factor : same), count);
    });
}

CONVOLENS_INLINE vec sign(vec x) {
    const vec one = broadcast(1.0f);
    return select(x > vec{}, one, select(x < vec{}, -one, vec{}));
}

// log(1 + e^-x), without overflow.
CONVOLENS_INLINE vec missing(vec x) {
    return max(vec{}, -x) + log_one_plus(exp_of_negative(with_sign(x, broadcast(-1.0f))));
}

}  // namespace

void mse_loss(const PairLossArgs& args, i64 begin, i64 end, float*) {
    losses(args, begin, end, [](Pair a) { return (a.x - a.t) * (a.x - a.t); });
}

void mse_loss_grad(const PairLossArgs& args, i64 begin, i64 end, float*) {
    slopes(args, begin, end, [](Pair a) { return broadcast(2.0f) * (a.x - a.t); });
}

void l1_loss(const PairLossArgs& args, i64 begin, i64 end, float*) {
    losses(args, begin, end, [](Pair a) { return absolute(a.x - a.t); });
}

void l1_loss_grad(const PairLossArgs& args, i64 begin, i64 end, float*) {
    slopes(args, begin, end, [](Pair a) { return sign(a.x - a.t); });
}

// parameter: where the parabola ends, and not 0.
void smooth_l1_loss(const PairLossArgs& args, i64 begin, i64 end, float*) {
    const vec beta = broadcast(args.parameter), half = broadcast(0.5f);
    const vec inverse = broadcast(1.0f / args.parameter);
    losses(args, begin, end, [=](Pair a) {
        const vec d = absolute(a.x - a.t);
        return select(d < beta, half * d * d * inverse, d - half * beta);
    });
}

void smooth_l1_loss_grad(const PairLossArgs& args, i64 begin, i64 end, float*) {
    const vec one = broadcast(1.0f), inverse = broadcast(1.0f / args.parameter);
    slopes(args, begin, end, [=](Pair a) { return min(one, max(-one, (a.x - a.t) * inverse)); });
}

void huber_loss(const PairLossArgs& args, i64 begin, i64 end, float*) {
    const vec delta = broadcast(args.parameter), half = broadcast(0.5f);
    losses(args, begin, end, [=](Pair a) {
        const vec d = absolute(a.x - a.t);
        return select(d <= delta, half * d * d, delta * (d - half * delta));
    });
}

void huber_loss_grad(const PairLossArgs& args, i64 begin, i64 end, float*) {
    const vec delta = broadcast(args.parameter);
    slopes(args, begin, end, [=](Pair a) { return min(delta, max(-delta, a.x - a.t)); });
}

void bce_loss(const PairLossArgs& args, i64 begin, i64 end, float*) {
    const vec one = broadcast(1.0f), lowest = broadcast(-100.0f);
    for (i64 part = begin; part < end; ++part) {
        ivec inside = ivec{} - 1;
        losses(args, part, part + 1, [&](Pair a) {
            inside &= (a.x >= vec{}) & (a.x <= one) & (a.t >= vec{}) & (a.t <= one);
            // In this order the NaN of log(1 - 1) becomes the lowest.
            const vec right = max(simd::log(a.x), lowest), wrong = max(log_one_plus(-a.x), lowest);
            return (a.t - one) * wrong - a.t * right;
        });
        float outside = 0.0f;
        for (int i = 0; i < kLanes; ++i) outside = inside[i] ? outside : 1.0f;
        args.outside[part] = outside;
    }
}

void bce_loss_grad(const PairLossArgs& args, i64 begin, i64 end, float*) {
    const vec one = broadcast(1.0f), lowest = broadcast(1e-12f);
    slopes(args, begin, end, [=](Pair a) { return (a.x - a.t) / max(lowest, a.x * (one - a.x)); });
}

void bce_with_logits(const PairLossArgs& args, i64 begin, i64 end, float*) {
    const vec one = broadcast(1.0f);
    if (args.p)
        losses(args, begin, end, [=](Pair a) {
            return (one - a.t) * a.x + (one + (a.p - one) * a.t) * missing(a.x);
        });
    else
        losses(args, begin, end, [=](Pair a) { return (one - a.t) * a.x + missing(a.x); });
}

void bce_with_logits_grad(const PairLossArgs& args, i64 begin, i64 end, float*) {
    const vec one = broadcast(1.0f);
    if (args.p)
        slopes(args, begin, end, [=](Pair a) {
            const vec yes = a.p * a.t;
            return (one - a.t + yes) * simd::sigmoid(a.x) - yes;
        });
    else
        slopes(args, begin, end, [](Pair a) { return simd::sigmoid(a.x) - a.t; });
}

// parameter: not 0 if the targets are logarithms.
void kl_div(const PairLossArgs& args, i64 begin, i64 end, float*) {
    if (args.parameter != 0.0f)
        losses(args, begin, end, [](Pair a) { return simd::exp(a.t) * (a.t - a.x); });
    else
        losses(args, begin, end, [](Pair a) {
            return select(a.t == vec{}, vec{}, a.t * simd::log(a.t)) - a.t * a.x;
        });
}

void kl_div_grad(const PairLossArgs& args, i64 begin, i64 end, float*) {
    if (args.parameter != 0.0f)
        slopes(args, begin, end, [](Pair a) { return -simd::exp(a.t); });
    else
        slopes(args, begin, end, [](Pair a) { return -a.t; });
}

}  // namespace convolens::CONVOLENS_ISA
