// Numbers read from, or added to, places that an index names. The indices are in range.
#include "kernels/kernels.h"
#include "kernels/middle.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {

using namespace simd;

void take(const TakeArgs& args, i64 begin, i64 end, float*) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 outer = unit / args.outputs, j = unit % args.outputs;
        const float* x = args.x + (outer * args.inputs + args.index[j]) * args.inner;
        float* y = args.y + unit * args.inner;
        if (args.inner == 1) {
            *y = *x;
            continue;
        }
        for_each_register(0, args.inner,
                          [&](i64 i, auto count) { store(y + i, load(x + i, count), count); });
    }
}

void gather(const GatherArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const float* x = args.x + piece.outer * args.length * args.axis.inner + piece.column;
        for (i64 row = 0; row < piece.rows; ++row) {
            const i64 at = piece.start + row * args.axis.inner;
            for (i64 i = 0; i < piece.columns; ++i)
                args.y[at + i] = x[args.index[at + i] * args.axis.inner + i];
        }
    });
}

void scatter_add(const GatherArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        float* y = args.y + piece.outer * args.length * args.axis.inner + piece.column;
        for (i64 row = 0; row < args.length; ++row)
            for (i64 i = 0; i < piece.columns; ++i) y[row * args.axis.inner + i] = 0;
        for (i64 row = 0; row < piece.rows; ++row) {
            const i64 at = piece.start + row * args.axis.inner;
            for (i64 i = 0; i < piece.columns; ++i)
                y[args.index[at + i] * args.axis.inner + i] += args.x[at + i];
        }
    });
}

}  // namespace convolens::CONVOLENS_ISA
