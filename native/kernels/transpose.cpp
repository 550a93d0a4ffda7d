// Matrices transposed block by block: the change between channels-last and channels-first.
#include "simd/transpose.h"

#include "kernels/kernels.h"

namespace convolens::CONVOLENS_ISA {

using namespace simd;

void transpose(const TransposeArgs& args, i64 begin, i64 end, float*) {
    const i64 rows = args.rows, columns = args.columns;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 matrix = unit / args.blocks;
        const i64 first = unit % args.blocks * TransposeArgs::kRows;
        const i64 last = first + TransposeArgs::kRows < rows ? first + TransposeArgs::kRows : rows;
        const float* from = args.from + matrix * rows * args.from_row;
        float* to = args.to + matrix * rows * columns;
        for (i64 c = 0; c < columns; c += kLanes) {
            const i64 width = columns - c < kLanes ? columns - c : kLanes;
            for (i64 r = first; r < last; r += kLanes) {
                const i64 height = last - r < kLanes ? last - r : kLanes;
                transpose_block(from + r * args.from_row + c, args.from_row, to + c * rows + r,
                                rows, height, width, height);
            }
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
