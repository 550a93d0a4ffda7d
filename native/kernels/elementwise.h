// The loops of kernels that compute each element from the elements at its place.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// to[i] = f(i, lanes) for all elements [begin, end), past the caches if `past`.
template <class F>
CONVOLENS_INLINE void write(bool past, float* to, i64 begin, i64 end, F f) {
    if (past) {
        for_each_register(begin, end, [&](i64 i, auto lanes) CONVOLENS_INLINED {
            store_past(to + i, f(i, lanes), lanes);
        });
        wait_for_past();
    } else {
        for_each_register(begin, end, [&](i64 i, auto lanes) CONVOLENS_INLINED {
            store(to + i, f(i, lanes), lanes);
        });
    }
}

// y = f(a), for all elements [begin, end).
template <class Args, class F>
CONVOLENS_INLINE void unary(const Args& args, i64 begin, i64 end, F f, bool past = false) {
    write(past, args.y, begin, end,
          [=, a = args.a](i64 i, auto lanes) CONVOLENS_INLINED { return f(load(a + i, lanes)); });
}

// y = f(a, b), for all elements [begin, end).
template <class Args, class F>
CONVOLENS_INLINE void binary(const Args& args, i64 begin, i64 end, F f, bool past = false) {
    write(past, args.y, begin, end,
          [=, a = args.a, b = args.b](i64 i, auto lanes)
              CONVOLENS_INLINED { return f(load(a + i, lanes), load(b + i, lanes)); });
}

// The same for functions that take no longer than to write their results: past the caches if
// args.past.
template <class F>
CONVOLENS_INLINE void short_unary(const ElementwiseArgs& args, i64 begin, i64 end, F f) {
    unary(args, begin, end, f, args.past);
}

template <class F>
CONVOLENS_INLINE void short_binary(const ElementwiseArgs& args, i64 begin, i64 end, F f) {
    binary(args, begin, end, f, args.past);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
