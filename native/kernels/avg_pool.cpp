// Average pooling in channels-last memory, and its gradient.
#include "kernels/spread.h"
#include "kernels/taps.h"
#include "kernels/terms.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The sum over a window, row by row; those of a large one in short chains. Windows of known sizes
// are added up in the same order, so that it does not matter where an image lies.
template <class Size, class Lanes>
CONVOLENS_INLINE vec sum_window(Size, const float* x, i64 c, const Taps (&taps)[3], Lanes lanes) {
    const auto& [depth, rows, columns] = taps;
    vec total{};
    const auto add_row = [&](i64 t, i64 r, i64 count) CONVOLENS_INLINED {
        const float* line = x + (t * depth.stride + r * rows.stride) * c;
        total += sum_terms(count, [&](i64 s) CONVOLENS_INLINED {
            return load(line + s * columns.stride * c, lanes);
        });
    };
    if constexpr (Size::kKnown) {
#pragma GCC unroll 3
        for (int t = 0; t < Size::kDepth; ++t)
#pragma GCC unroll 3
            for (int r = 0; r < Size::kRows; ++r) add_row(t, r, Size::kColumns);
    } else {
        for (i64 t = 0; t < depth.count; ++t)
            for (i64 r = 0; r < rows.count; ++r) add_row(t, r, columns.count);
    }
    return total;
}

}  // namespace

void avg_pool(const PoolArgs& all, i64 begin, i64 end, float*) {
    const PoolArgs args = all;
    const auto window = [&](const Grid& grid, auto size, i64 tap, i64 output, i64 i,
                            auto lanes) CONVOLENS_INLINED {
        const vec sum = sum_window(size, args.x + tap * args.c + i, args.c, grid.taps, lanes);
        store(args.y + output, sum * broadcast(1.0f / grid.divisor), lanes);
    };
    for_each_pooled(args, begin, end, window);
}

void avg_pool_grad(const PoolArgs& all, i64 begin, i64 end, float* scratch) {
    const PoolArgs args = all;
    const auto window = [&](const Grid& grid, const Target& target, auto size, i64 first,
                            i64 output, i64 i, auto lanes) CONVOLENS_INLINED {
        const vec share = load(args.g + output, lanes) / broadcast(grid.divisor);
        float* dx = target.first + first * target.pitch + i;
        for_each_tap(size, grid.taps, [&](i64 at, i64, i64, i64) CONVOLENS_INLINED {
            give(target, dx + at * target.pitch, share, lanes);
        });
    };
    for_each_spread(args, begin, end, scratch, window);
}

}  // namespace convolens::CONVOLENS_ISA
