// Places that an index names, read where they are used.
#pragma once

#include "kernels/kernels.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// A place below `length`, which is 1 or more. Indices are checked when a call begins, but another
// thread may have written to their array since: then it is a place, if not the right one.
[[maybe_unused]] inline i64 within(i64 place, i64 length) {
    return static_cast<u64>(place) < static_cast<u64>(length) ? place : 0;
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
