#include "runtime/gemm.h"

#include "runtime/isa.h"

namespace convolens {

PackArgs pack_args(Matrix b, i64 n, i64 length) {
    static constexpr i64 kNoOffset = 0;
    PackArgs args{};
    args.w = b.data;
    args.length = length;
    args.columns = n;
    args.length_stride = b.row;
    args.column_stride = b.column;
    args.segments = 1;
    args.segment_offsets = &kNoOffset;
    args.panels = divide_up(n, kernels().panel);
    return args;
}

GemmArgs gemm_args(Matrix a, const float* bias, float* c, i64 m, i64 n, i64 length) {
    GemmArgs gemm{};
    gemm.a = a.data;
    gemm.a_row = a.row;
    gemm.a_step = a.column;
    gemm.bias = bias;
    gemm.c = c;
    gemm.c_row = n;
    gemm.m = m;
    gemm.n = n;
    gemm.length = length;
    gemm.panels = divide_up(n, kernels().panel);
    return gemm;
}

GemmArgs unpacked_args(Matrix a, Matrix b, const float* bias, float* c, i64 m, i64 n, i64 length) {
    GemmArgs gemm = gemm_args(a, bias, c, m, n, length);
    gemm.pack = pack_args(b, n, length);
    gemm.row_block = m;
    gemm.row_blocks = 1;
    return gemm;
}

}  // namespace convolens
