// What is done to finished sums before they are stored.
#pragma once

#include "kernels/args/behind.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// NaN stays NaN, and a zero its sign.
template <int N>
CONVOLENS_INLINE void cut_off(const Behind& behind, vec (&results)[N]) {
    const vec least = broadcast(behind.least), most = broadcast(behind.most);
#pragma GCC unroll 16
    for (int t = 0; t < N; ++t) results[t] = min(most, max(least, results[t]));
}

// Results of the channels from `channel` on, the first `places` of which belong to y, y + step and
// so on; the others to nothing.
template <int N, class Count>
CONVOLENS_INLINE void finish_behind(const Behind& behind, i64 channel, vec (&results)[N],
                                    const float* y, i64 step, Count count, i64 places = N) {
    if (behind.scale) {
        const vec centre = load(behind.centre + channel, count);
        const vec scale = load(behind.scale + channel, count);
        const vec shift = load(behind.shift + channel, count);
#pragma GCC unroll 16
        for (int t = 0; t < N; ++t) results[t] = (results[t] - centre) * scale + shift;
    }
    if (behind.addend) {
        const float* addend = behind.addend + (y - behind.y);
#pragma GCC unroll 16
        for (int t = 0; t < N; ++t)
            if (t < places) results[t] += load(addend + t * step, count);
    }
    cut_off(behind, results);
}

// Neighbouring pixels of one channel, normalised.
CONVOLENS_INLINE vec normalized(const Behind& behind, i64 channel, vec pixels) {
    return (pixels - broadcast(behind.centre[channel])) * broadcast(behind.scale[channel]) +
           broadcast(behind.shift[channel]);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
