// A range cut into parts of nearly equal size.
#pragma once

#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Calls body(first, count) for parts of [begin, end) of at most `most`, so that no small one is
// left at the end.
template <class Body>
CONVOLENS_INLINE void cut_evenly(i64 begin, i64 end, i64 most, Body body) {
    for (i64 parts = (end - begin + most - 1) / most; parts > 0; --parts) {
        const i64 count = (end - begin + parts - 1) / parts;
        body(begin, count);
        begin += count;
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
