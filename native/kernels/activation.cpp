// Functions of single numbers: elementary ones, activations, and their gradients.
#include "kernels/elementwise.h"
#include "simd/math.h"
#include "simd/tanh.h"

namespace convolens::CONVOLENS_ISA {
namespace {

CONVOLENS_INLINE vec between(vec x, float low, float high) {
    return min(broadcast(high), max(broadcast(low), x));  // in this order NaN stays
}

// Above 0 the smooth rectifiers are x, or their slopes 1, and a little less. Written so, their last
// rounding is the only one that shows.

// x / (1 + e^-t) for a t with the sign of x.
CONVOLENS_INLINE vec times_sigmoid(vec x, vec t) {
    const vec one = broadcast(1.0f);
    const vec small = exp_of_negative(with_sign(t, -one));
    const vec less = small / (one + small);
    // From 104 on nothing is missing, and infinity times nothing would be NaN.
    return select(x < vec{}, x * less, x - min(broadcast(104.0f), x) * less);
}

// The slope s + x s (1 - s) steep of that, for s = 1 / (1 + e^-t) and t' = steep.
CONVOLENS_INLINE vec slope_of_times_sigmoid(vec x, vec t, vec steep) {
    const vec one = broadcast(1.0f);
    const vec small = exp_of_negative(with_sign(t, -one));
    const vec large = one / (one + small);
    const vec less = small * large;
    const vec bend = x * steep * large;
    return select(x < vec{}, less * (bend + one), less * (bend - one) + one);
}

// 2 u for GELU's u = sqrt(2 / pi) (x + 0.044715 x^3). (1 + tanh(u)) / 2 is the sigmoid of 2 u,
// which does not lose its digits where the tanh is near -1.
constexpr float kSteep = 1.59576912160573071f;
constexpr float kCubic = 0.044715f * kSteep;

CONVOLENS_INLINE vec gelu_bend(vec x) {
    return (broadcast(kCubic) * x * x + broadcast(kSteep)) * x;
}

// From here on a normal distribution has nothing beyond, in single precision.
constexpr float kFar = 15.0f;

// What the standard normal distribution has beyond |x|, on one side.
struct Tail {
    vec gauss, share;

    CONVOLENS_INLINE explicit Tail(vec x) {
        const vec a = min(broadcast(kFar), absolute(x));  // in this order NaN stays
        gauss = rough_exp_of_negative(broadcast(-0.5f) * a * a);
        share = normal_tail(a, gauss);
    }
};

// From here on downwards the definition's 1 + tanh(u) is 0, even in double precision: so is the
// slope, and infinity times it is NaN.
constexpr float kFlat = -7.2f;
constexpr float kNothing = -200.0f;  // the exponential of which is 0

constexpr float kPeak = 0.39894228040143268f;  // 1 / sqrt(2 pi)

constexpr float kAmplitude = 1.7159f, kSlope = 2.0f / 3.0f;

}  // namespace

void abs(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) { return absolute(x); });
}

void abs_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    binary(args, begin, end,
           [](vec x, vec g) { return select(x > vec{}, g, select(x < vec{}, -g, vec{})); });
}

void log(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) { return simd::log(x); });
}

void sqrt(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) { return square_root(x); });
}

void erf(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) { return simd::erf(x); });
}

void clamp(const CurveArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [&](vec x) { return between(x, args.first, args.second); });
}

void clamp_grad(const CurveArgs& args, i64 begin, i64 end, float*) {
    const vec low = broadcast(args.first), high = broadcast(args.second);
    binary(args, begin, end,
           [=](vec x, vec g) { return select((x >= low) & (x <= high), g, vec{}); });
}

void hardtanh_grad(const CurveArgs& args, i64 begin, i64 end, float*) {
    const vec low = broadcast(args.first), high = broadcast(args.second);
    binary(args, begin, end,
           [=](vec x, vec g) { return select((x > low) & (x < high), g, vec{}); });
}

void leaky_relu(const CurveArgs& args, i64 begin, i64 end, float*) {
    const vec slope = broadcast(args.first);
    unary(args, begin, end, [=](vec x) { return select(x > vec{}, x, x * slope); });
}

void leaky_relu_grad(const CurveArgs& args, i64 begin, i64 end, float*) {
    const vec slope = broadcast(args.first);
    binary(args, begin, end, [=](vec x, vec g) { return select(x > vec{}, g, g * slope); });
}

// first: the bound of the left side, negated; second: the slope of the right side.
void elu(const CurveArgs& args, i64 begin, i64 end, float*) {
    const vec bound = broadcast(args.first), scale = broadcast(args.second);
    unary(args, begin, end,
          [=](vec x) { return select(x < vec{}, bound * exp_less_one(x), scale * x); });
}

void elu_grad(const CurveArgs& args, i64 begin, i64 end, float*) {
    const vec bound = broadcast(args.first), scale = broadcast(args.second);
    binary(args, begin, end, [=](vec x, vec g) {
        const vec left = g * (bound * exp_of_negative(min(vec{}, x)));
        return select(x > vec{}, scale * g, left);
    });
}

void gelu(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) {
        const vec share = Tail(x).share;
        return select(x < vec{}, x * share, x - min(broadcast(kFar), x) * share);
    });
}

void gelu_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    binary(args, begin, end, [](vec x, vec g) {
        const Tail tail(x);
        const vec below = select(x < vec{}, tail.share, broadcast(1.0f) - tail.share);
        return g * (below + x * (broadcast(kPeak) * tail.gauss));
    });
}

void gelu_tanh(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) { return times_sigmoid(x, gelu_bend(x)); });
}

void gelu_tanh_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    binary(args, begin, end, [](vec x, vec g) {
        const vec steep = broadcast(3.0f * kCubic) * x * x + broadcast(kSteep);
        const vec bend = select(x < broadcast(kFlat), broadcast(kNothing), gelu_bend(x));
        return g * slope_of_times_sigmoid(x, bend, steep);
    });
}

void silu(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) { return times_sigmoid(x, x); });
}

void silu_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    binary(args, begin, end,
           [](vec x, vec g) { return g * slope_of_times_sigmoid(x, x, broadcast(1.0f)); });
}

// log(1 + e^t) = max(t, 0) + log(1 + e^-|t|) for t = first x; straight where t is above second.
void softplus(const CurveArgs& args, i64 begin, i64 end, float*) {
    const vec beta = broadcast(args.first), threshold = broadcast(args.second);
    const vec inverse = broadcast(1.0f / args.first);
    unary(args, begin, end, [=](vec x) {
        const vec t = x * beta;
        const vec small = exp_of_negative(with_sign(t, broadcast(-1.0f)));
        const vec y = (max(vec{}, t) + log_one_plus(small)) * inverse;
        return select(t > threshold, x, y);
    });
}

void softplus_grad(const CurveArgs& args, i64 begin, i64 end, float*) {
    const vec beta = broadcast(args.first), threshold = broadcast(args.second);
    binary(args, begin, end, [=](vec x, vec g) {
        const vec t = x * beta;
        return select(t > threshold, g, g * simd::sigmoid(t));
    });
}

void hardsigmoid(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end,
          [](vec x) { return between(x + broadcast(3.0f), 0.0f, 6.0f) * broadcast(1.0f / 6.0f); });
}

void hardsigmoid_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    const vec three = broadcast(3.0f), sixth = broadcast(1.0f / 6.0f);
    binary(args, begin, end,
           [=](vec x, vec g) { return select((x > -three) & (x < three), g * sixth, vec{}); });
}

void hardswish(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    const vec sixth = broadcast(1.0f / 6.0f);
    unary(args, begin, end, [=](vec x) {
        // Each side in the way that loses no digits there.
        const vec left = (x + broadcast(3.0f)) * sixth, right = x * sixth + broadcast(0.5f);
        return x * between(select(x < vec{}, left, right), 0.0f, 1.0f);
    });
}

void hardswish_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    const vec three = broadcast(3.0f), third = broadcast(1.0f / 3.0f);
    binary(args, begin, end, [=](vec x, vec g) {
        const vec middle = g * (x * third + broadcast(0.5f));
        return select(x <= -three, vec{}, select(x >= three, g, middle));
    });
}

void scaled_tanh(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end,
          [](vec x) { return broadcast(kAmplitude) * simd::tanh(broadcast(kSlope) * x); });
}

void scaled_tanh_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    const vec most = broadcast(kSlope * kAmplitude), bend = broadcast(kSlope / kAmplitude);
    binary(args, begin, end, [=](vec y, vec g) { return g * (most - bend * y * y); });
}

}  // namespace convolens::CONVOLENS_ISA
