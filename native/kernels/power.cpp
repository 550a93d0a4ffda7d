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
CONVOLENS_INLINE vec any_power(vec x, double e, bool whole, bool odd) {
    const vec magnitude = x < vec{} ? -x : x;
    const vec power = simd::power(magnitude, e);
    const vec negative = whole ? (odd ? -power : power) : power * broadcast(__builtin_nanf(""));
    const vec real =
        select(magnitude <= broadcast(3.4028234664e38f), negative, odd ? -power : power);
    return select(x < vec{}, real, power);
}

// What a power is multiplied by: a sum of two numbers, where the factor is not a float.
struct Times {
    vec high, low;
};

CONVOLENS_INLINE vec product(vec power, const Times& times) {
    const vec rounded = power * times.high;
    const vec exact = power * times.high + power * times.low;
    // Infinities and what is not a number follow from the first product.
    return select(exact - exact == vec{}, exact, rounded);
}

// y = f(x, factor b), where f multiplies a power by its second argument.
template <class F, class B>
CONVOLENS_INLINE void apply(const PowerArgs& args, i64 begin, i64 end, F f, B times) {
    for_each_register(begin, end, [&](i64 i, auto lanes) CONVOLENS_INLINED {
        const vec x = load(args.x + i, lanes);
        vec y = f(x, times(i, lanes));
        if (args.zero_stays) y = select(x == vec{}, vec{}, y);
        store(args.y + i, y, lanes);
    });
}

template <class F>
CONVOLENS_INLINE void apply(const PowerArgs& args, i64 begin, i64 end, F f) {
    const vec high = broadcast(static_cast<float>(args.factor));
    const vec low = broadcast(static_cast<float>(args.factor - high[0]));
    if (args.b)
        apply(args, begin, end, f, [&](i64 i, auto lanes) CONVOLENS_INLINED {
            const vec b = load(args.b + i, lanes), both = high * b;
            return Times{both, product_error(high, b, both) + low * b};
        });
    else
        apply(args, begin, end, f, [&](i64, auto) CONVOLENS_INLINED { return Times{high, low}; });
}

}  // namespace

void power(const PowerArgs& args, i64 begin, i64 end, float*) {
    const float e = static_cast<float>(args.exponent);
    if (e == 2.0f) {
        apply(args, begin, end, [](vec x, const Times& times) { return x * x * times.high; });
    } else if (e == 0.5f) {
        apply(args, begin, end,
              [](vec x, const Times& times) { return square_root(x) * times.high; });
    } else if (e >= 0.0f && e <= kLargestWhole && e == __builtin_truncf(e)) {
        apply(args, begin, end,
              [n = int(e)](vec x, const Times& times) { return whole_power(x, n) * times.high; });
    } else if (e < 0.0f && e >= -kLargestWhole && e == __builtin_truncf(e)) {
        apply(args, begin, end,
              [n = int(-e)](vec x, const Times& times) { return times.high / whole_power(x, n); });
    } else {
        const bool whole = e == __builtin_truncf(e);
        const bool odd = whole && e > -kLargestOdd && e < kLargestOdd && int(e) % 2 != 0;
        apply(args, begin, end, [&](vec x, const Times& times) {
            return product(any_power(x, args.exponent, whole, odd), times);
        });
    }
}

}  // namespace convolens::CONVOLENS_ISA
