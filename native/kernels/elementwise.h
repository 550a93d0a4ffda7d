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

// y = f(a, b), for all elements [begin, end).
template <class Args, class F>
CONVOLENS_INLINE void binary(const Args& args, i64 begin, i64 end, F f) {
    for_each_register(begin, end, [&](i64 i, auto count) {
        store(args.y + i, f(load(args.a + i, count), load(args.b + i, count)), count);
    });
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
