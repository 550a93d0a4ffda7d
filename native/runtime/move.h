// Numbers moved between two arrangements of memory that have one shape.
#pragma once

#include <span>

#include "kernels/kernels.h"

namespace convolens {

// An axis: how many numbers it has, and how far apart they lie in either arrangement, in floats.
struct MoveAxis {
    i64 extent, from, to;
};

// How axes are moved. None may have no numbers, and the places of the target must be different
// ones. Throws std::invalid_argument if too many axes are left after those that run on in both
// arrangements are joined.
struct Move {
    explicit Move(std::span<const MoveAxis> axes);

    MoveArgs args{};  // without the places where the numbers lie
    i64 units;
    double nanoseconds;  // about what a unit takes
};

// Every place of the target is written once: no two may be the same. Throws std::invalid_argument
// if too many axes are left after those that run on in both arrangements are joined.
void move(const float* from, float* to, std::span<const MoveAxis> axes);

}  // namespace convolens
