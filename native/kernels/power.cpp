// Powers of each element, for averages of powers.
#include "kernels/kernels.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

constexpr int kLargestWhole = 16;
constexpr float kLargestOdd = 16777216.0f;

// x^n for a whole n, by products.
CONVOLENS_INLINE vec whole_power(vec x, int n) {
    vec result = broadcast(1.0f);
    for (int rest = n < 0 ? -n : n; rest > 0; rest /= 2) {
        if (rest % 2) result = result * x;
        x = x * x;
    }
    return n < 0 ? broadcast(1.0f) / result : result;
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

template <class F>
CONVOLENS_INLINE void apply(const PowerArgs& args, i64 begin, i64 end, F f) {
    const vec factor = broadcast(args.factor);
    for_each_register(begin, end, [&](i64 i, auto lanes) {
        const vec x = load(args.x + i, lanes);
        vec y = factor * f(x);
        if (args.b) y = y * load(args.b + i, lanes);
        if (args.zero_stays) y = select(x == vec{}, vec{}, y);
        store(args.y + i, y, lanes);
    });
}

}  // namespace

void power(const PowerArgs& args, i64 begin, i64 end, float*) {
    const float e = args.exponent;
    if (e == 2.0f) {
        apply(args, begin, end, [](vec x) { return x * x; });
    } else if (e == 0.5f) {
        apply(args, begin, end, [](vec x) { return square_root(x); });
    } else if (e >= -kLargestWhole && e <= kLargestWhole && e == static_cast<float>(int(e))) {
        apply(args, begin, end, [n = int(e)](vec x) { return whole_power(x, n); });
    } else {
        const bool whole = e == __builtin_truncf(e);
        const bool odd = whole && e > -kLargestOdd && e < kLargestOdd && int(e) % 2 != 0;
        apply(args, begin, end, [=](vec x) { return any_power(x, e, whole, odd); });
    }
}

}  // namespace convolens::CONVOLENS_ISA
