// Registers of columns side by side, so that whole lines of memory are read.
#pragma once

#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

constexpr int kSide = kRegisters / 8;
constexpr int kHalfSide = kSide / 2;

// A number of registers, as a type.
template <int Registers>
struct Side {};

// Calls body(first column, registers side by side, lanes) for so many columns.
template <class Body>
CONVOLENS_INLINE void for_each_side(i64 columns, Body&& body) {
    i64 i = 0;
    for (; i + kSide * kLanes <= columns; i += kSide * kLanes) body(i, Side<kSide>{}, Whole{});
    if constexpr (kHalfSide > 1) {
        if (i + kHalfSide * kLanes <= columns) {
            body(i, Side<kHalfSide>{}, Whole{});
            i += kHalfSide * kLanes;
        }
    }
    for_each_register(i, columns,
                      [&](i64 at, auto lanes) CONVOLENS_INLINED { body(at, Side<1>{}, lanes); });
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
