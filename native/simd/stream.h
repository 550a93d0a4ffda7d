// Arrays that are read or written once, from the begin to the end: asked for ahead, or written past
// the caches.
#pragma once

#include "simd/partial.h"

namespace simd {
namespace {

// Writes past the caches, into which the line would have to be read first. p is aligned to a
// register. Other threads see it after `wait_for_past`.
CONVOLENS_INLINE void store_past(float* p, vec x) {
    masked_store(p, kLanes);  // no sanitizer knows these instructions either
#if defined(CONVOLENS_AVX512)
    _mm512_stream_ps(p, x);
#elif defined(CONVOLENS_AVX2)
    _mm256_stream_ps(p, x);
#elif defined(CONVOLENS_SSE2)
    _mm_stream_ps(p, x);
#else
    store(p, x);
#endif
}

CONVOLENS_INLINE void wait_for_past() {
#if defined(CONVOLENS_SSE2)
    _mm_sfence();
#endif
}

// Rows begin aligned to a register; what is left at their ends is few.
CONVOLENS_INLINE void store_past(float* p, vec x, Whole) {
    store_past(p, x);
}
CONVOLENS_INLINE void store_past(float* p, vec x, i64 count) {
    store_first(p, x, count);
}

// Loads from an array that is read once from its begin to its end. The processor fetches ahead by
// itself, but not beyond a page of 4096 bytes, so it is asked for what lies a page further.
// That memory need not exist.
template <class Lanes>
CONVOLENS_INLINE vec load_in_turn(const float* p, Lanes lanes) {
    __builtin_prefetch(p + 1024, 0, 2);
    return load(p, lanes);
}

// The same for an array that is written: its memory is fetched, too.
template <class Lanes>
CONVOLENS_INLINE void store_in_turn(float* p, vec x, Lanes lanes) {
    __builtin_prefetch(p + 1024, 1, 2);
    store(p, x, lanes);
}

}  // namespace
}  // namespace simd
