// Sums of all numbers so far along one axis, accumulated in double precision.
#include "kernels/kernels.h"
#include "kernels/middle.h"
#include "simd/wide.h"

namespace convolens::CONVOLENS_ISA {

using namespace simd;

void cumulative_sum(const ScanArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const i64 inner = args.axis.inner;
        const i64 first = args.reverse ? (piece.rows - 1) * inner : 0;
        const i64 step = args.reverse ? -inner : inner;
        const float* x = args.x + piece.start + first;
        float* y = args.y + piece.start + first;
        if (inner == 1) {
            double total = 0;
            for (i64 row = 0; row < piece.rows; ++row) {
                total += x[row * step];
                y[row * step] = static_cast<float>(total);
            }
            return;
        }
        for_each_register(0, piece.columns, [&](i64 i, auto count) {
            Wide total{};
            for (i64 row = 0; row < piece.rows; ++row) {
                total = total + widen(load(x + row * step + i, count));
                store(y + row * step + i, narrow(total), count);
            }
        });
    });
}

}  // namespace convolens::CONVOLENS_ISA
