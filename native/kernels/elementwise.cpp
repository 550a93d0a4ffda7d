// Operators that compute each element from the elements at its place, and scaled copies.
#include "kernels/elementwise.h"

#include "kernels/walk.h"
#include "simd/math.h"
#include "simd/tanh.h"

namespace convolens::CONVOLENS_ISA {
namespace {

template <class F>
CONVOLENS_INLINE void row(const float* a, const float* b, float* y, const BroadcastArgs& args,
                          i64 begin, i64 end, F f) {
    if (args.a_step && args.b_step) {
        for_each_register(begin, end, [&](i64 i, auto count) {
            store(y + i, f(load(a + i, count), load(b + i, count)), count);
        });
    } else if (args.a_step) {
        const vec same = broadcast(*b);
        for_each_register(begin, end, [&](i64 i, auto count) {
            store(y + i, f(load(a + i, count), same), count);
        });
    } else {
        const vec same = broadcast(*a);
        write(args.past, y, begin, end, [=](i64 i, auto count) CONVOLENS_INLINED {
            return f(same, args.b_step ? load(b + i, count) : broadcast(*b));
        });
    }
}

template <class F>
CONVOLENS_INLINE void rows(const BroadcastArgs& all, i64 begin, i64 end, F f) {
    const BroadcastArgs args = all;
    const i64 pieces = divide_up(args.inner, args.piece);
    i64 piece = begin % pieces;
    Walk<const float, const float, BroadcastArgs::kAxes> at(
        args.a, args.a_strides, args.b, args.b_strides, args.extents, args.axes, begin / pieces);
    float* y = args.y + begin / pieces * args.inner;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = piece * args.piece;
        const i64 last = first + args.piece < args.inner ? first + args.piece : args.inner;
        row(at.a, at.b, y, args, first, last, f);
        if (++piece < pieces) continue;
        piece = 0;
        at.next();
        y += args.inner;
    }
}

constexpr auto plus = [](vec a, vec b) { return a + b; };
constexpr auto minus = [](vec a, vec b) { return a - b; };
constexpr auto times = [](vec a, vec b) { return a * b; };
constexpr auto over = [](vec a, vec b) { return a / b; };
// A comparison with NaN is false, so NaN in b wins by it and NaN in a by itself.
constexpr auto larger = [](vec a, vec b) { return select((a > b) | (a != a), a, b); };
constexpr auto smaller = [](vec a, vec b) { return select((a < b) | (a != a), a, b); };

}  // namespace

void relu(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    // A comparison that is false for NaN keeps NaN.
    short_unary(args, begin, end, [](vec x) { return select(x < vec{}, vec{}, x); });
}

void relu_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    short_binary(args, begin, end, [](vec y, vec g) { return select(y <= vec{}, vec{}, g); });
}

void sigmoid(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) { return simd::sigmoid(x); });
}

void sigmoid_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    binary(args, begin, end, [](vec y, vec g) { return g * y * (broadcast(1.0f) - y); });
}

void tanh(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) { return simd::tanh(x); });
}

void tanh_grad(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    binary(args, begin, end, [](vec y, vec g) { return g * (broadcast(1.0f) - y * y); });
}

void exp(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    unary(args, begin, end, [](vec x) { return simd::exp(x); });
}

void scale(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    const vec factor = broadcast(args.factor);
    short_unary(args, begin, end, [=](vec x) { return x * factor; });
}

void add(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    short_binary(args, begin, end, plus);
}

void sub(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    short_binary(args, begin, end, minus);
}

void mul(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    short_binary(args, begin, end, times);
}

void div(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    binary(args, begin, end, over);
}

void maximum(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    binary(args, begin, end, larger);
}

void minimum(const ElementwiseArgs& args, i64 begin, i64 end, float*) {
    binary(args, begin, end, smaller);
}

void add_rows(const BroadcastArgs& args, i64 begin, i64 end, float*) {
    rows(args, begin, end, plus);
}

void sub_rows(const BroadcastArgs& args, i64 begin, i64 end, float*) {
    rows(args, begin, end, minus);
}

void mul_rows(const BroadcastArgs& args, i64 begin, i64 end, float*) {
    rows(args, begin, end, times);
}

void div_rows(const BroadcastArgs& args, i64 begin, i64 end, float*) {
    rows(args, begin, end, over);
}

void maximum_rows(const BroadcastArgs& args, i64 begin, i64 end, float*) {
    rows(args, begin, end, larger);
}

void minimum_rows(const BroadcastArgs& args, i64 begin, i64 end, float*) {
    rows(args, begin, end, smaller);
}

}  // namespace convolens::CONVOLENS_ISA
