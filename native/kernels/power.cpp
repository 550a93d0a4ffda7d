// Powers of each element, for averages of powers.
#include "kernels/kernels.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

constexpr int kLargestWhole = 16;
constexpr float kLargestOdd = 16777216.0f;

// x^n for a whole n >= 0, by products.
CONVOLENS_INLINE vec whole_power(vec x, int n) {
    vec result = broadcast(1.0f);
    for (; n > 0; n /= 2) {
        if (n % 2) result = result * x;
        x = x * x;
    }
    return result;
}

// |x|^e, with a sign where e is odd. Of negative numbers only whole powers are
// real, and, in the limit, those of infinity.
CONVOLENS_INLINE vec any_power(vec x, float e, bool whole, bool odd) {
    const vec magnitude = x < vec{} ? -x : x;
    const vec power = simd::power(magnitude, e);
    const vec negative = whole ? (odd ? -power : power) : power * broadcast(__builtin_nanf(""));
    const vec real =
        select(magnitude <= broadcast(3.4028234664e38f), negative, odd ? -power : power);
    return select(x < vec{}, real, power);
}

// y = f(x, factor b), where f multiplies a power by its second argument.
template <class F, class Times>
CONVOLENS_INLINE void apply(const PowerArgs& args, i64 begin, i64 end, F f, Times times) {
    for_each_register(begin, end, [&](i64 i, auto lanes) CONVOLENS_INLINED {
        const vec x = load(args.x + i, lanes);
        vec y = f(x, times(i, lanes));
        if (args.zero_stays) y = select(x == vec{}, vec{}, y);
        store(args.y + i, y, lanes);
    });
}

template <class F>
CONVOLENS_INLINE void apply(const PowerArgs& args, i64 begin, i64 end, F f) {
    const vec factor = broadcast(args.factor);
    if (args.b)
        apply(args, begin, end, f, [&](i64 i, auto lanes) CONVOLENS_INLINED {
            return factor * load(args.b + i, lanes);
        });
    else
        apply(args, begin, end, f, [&](i64, auto) CONVOLENS_INLINED { return factor; });
}

}  // namespace

void power(const PowerArgs& args, i64 begin, i64 end, float*) {
    const float e = args.exponent;
    if (e == 2.0f) {
        apply(args, begin, end, [](vec x, vec times) { return x * x * times; });
    } else if (e == 0.5f) {
        apply(args, begin, end, [](vec x, vec times) { return square_root(x) * times; });
    } else if (e >= 0.0f && e <= kLargestWhole && e == __builtin_truncf(e)) {
        apply(args, begin, end,
              [n = int(e)](vec x, vec times) { return whole_power(x, n) * times; });
    } else if (e < 0.0f && e >= -kLargestWhole && e == __builtin_truncf(e)) {
        apply(args, begin, end,
              [n = int(-e)](vec x, vec times) { return times / whole_power(x, n); });
    } else {
        const bool whole = e == __builtin_truncf(e);
        const bool odd = whole && e > -kLargestOdd && e < kLargestOdd && int(e) % 2 != 0;
        apply(args, begin, end,
              [=](vec x, vec times) { return any_power(x, e, whole, odd) * times; });
    }
}

}  // namespace convolens::CONVOLENS_ISA
