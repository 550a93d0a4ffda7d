// Matrices whose rows become columns.
#pragma once

#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/units.h"

namespace convolens {

// to[b][columns][rows] = from[b][rows][columns]; a row of `from` is from_row floats long.
inline void transpose(const float* from, float* to, i64 matrices, i64 rows, i64 columns,
                      i64 from_row) {
    const i64 blocks = divide_up(rows, TransposeArgs::kRows);
    launch(kernels().transpose, TransposeArgs{from, to, rows, columns, from_row, blocks},
           matrices * blocks, kElement * static_cast<double>(TransposeArgs::kRows * columns));
}

}  // namespace convolens
