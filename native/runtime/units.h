// How work is cut into units.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// Enough units of work for the threads of a laptop.
constexpr i64 kUnits = 16;

constexpr i64 divide_up(i64 a, i64 b) {
    return (a + b - 1) / b;
}

}  // namespace convolens
