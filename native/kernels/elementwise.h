// The loops of kernels that compute each element from the elements at its place.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// y = f(a), for all elements [begin, end).
template <class Args, class F>
CONVOLENS_INLINE void unary(const Args& args, i64 begin, i64 end, F f) {
    for_each_register(begin, end, [&](i64 i, auto count) {
        store(args.y + i, f(load(args.a + i, count)), count);
    });
}

// to[i] = f(i, lanes) for all elements [begin, end), past the caches if `past`: for functions that
// take no longer than to write their results.
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

// As unary, if args.past past the caches.
template <class F>
CONVOLENS_INLINE void short_unary(const ElementwiseArgs& args, i64 begin, i64 end, F f) {
    write(args.past, args.y, begin, end,
          [=](i64 i, auto lanes) CONVOLENS_INLINED { return f(load(args.a + i, lanes)); });
}

// As binary, if args.past past the caches.
template <class F>
CONVOLENS_INLINE void short_binary(const ElementwiseArgs& args, i64 begin, i64 end, F f) {
    write(args.past, args.y, begin, end, [=](i64 i, auto lanes) CONVOLENS_INLINED {
        return f(load(args.a + i, lanes), load(args.b + i, lanes));
    });
}

// y = f(a, b), for all elements [begin, end).
template <class Args, class F>
CONVOLENS_INLINE void binary(const Args& args, i64 begin, i64 end, F f) {
    for_each_register(begin, end, [&](i64 i, auto count) {
        store(args.y + i, f(load(args.a + i, count), load(args.b + i, count)), count);
    });
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
