// How work is cut into units.
#pragma once

#include <algorithm>

#include "kernels/kernels.h"

namespace convolens {

// Enough units of work for the threads of a laptop.
constexpr i64 kUnits = 16;
// Shorter ones, in nanoseconds, would take long to begin for what they do.
constexpr double kShortUnit = 1000.0;

// How many units work should have that takes so many nanoseconds.
constexpr i64 units_of(double nanoseconds) {
    constexpr auto most = static_cast<double>(kUnits);
    return static_cast<i64>(std::clamp(nanoseconds / kShortUnit, 1.0, most));
}

// The rows of a tile in whole registers, as kernels pack them.
inline i64 tile_width(const KernelTable& table) {
    return divide_up(table.tile_rows, table.lanes) * table.lanes;
}

}  // namespace convolens
