// The arguments of the product of two matrices.
#pragma once

#include "runtime/matmul.h"
#include "runtime/units.h"

namespace convolens {

PackArgs pack_args(Matrix b, i64 n, i64 length);

// Without the packed matrix and the blocks of rows.
GemmArgs gemm_args(Matrix a, const float* bias, float* c, i64 m, i64 n, i64 length);

// Each panel is packed where it is used.
GemmArgs unpacked_args(Matrix a, Matrix b, const float* bias, float* c, i64 m, i64 n, i64 length);

}  // namespace convolens
