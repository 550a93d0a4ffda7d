// Average pooling in channels-last memory, and its gradient.
#include <algorithm>

#include "kernels/pairs.h"
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

// Windows of so many taps, in rows of no more than so many, are summed row by row, all channels of
// a row one after the other. The sums of longer rows would be long chains of additions.
constexpr i64 kManyTaps = 16;
constexpr int kLongestRow = 8;

// y += the sum of `count` pixels, at most `Count`.
template <int Count = kLongestRow>
CONVOLENS_INLINE void add_pixels(const float* x, i64 pixel, i64 count, i64 c, float* y) {
    if constexpr (Count > 1)
        if (count < Count) return add_pixels<Count - 1>(x, pixel, count, c, y);
    for_each_register(0, c, [&](i64 i, auto lanes) CONVOLENS_INLINED {
        const vec sum = sum_in_pairs<Count>(
            [&](int s) CONVOLENS_INLINED { return load(x + s * pixel + i, lanes); });
        store(y + i, load(y + i, lanes) + sum, lanes);
    });
}

void average_by_rows(const Grid& grid, const float* x, i64 c, float* y) {
    const auto& [depth, rows, columns] = grid.taps;
    const i64 pixel = columns.stride * c;
    std::fill_n(y, c, 0.0f);
    for (i64 t = 0; t < depth.count; ++t)
        for (i64 r = 0; r < rows.count; ++r)
            add_pixels(x + (t * depth.stride + r * rows.stride) * c, pixel, columns.count, c, y);
    const vec factor = broadcast(1.0f / grid.divisor);
    for_each_register(0, c, [&](i64 i, auto lanes) CONVOLENS_INLINED {
        store(y + i, load(y + i, lanes) * factor, lanes);
    });
}

CONVOLENS_INLINE bool is_summed_by_rows(const Grid& grid, i64 c) {
    const auto& [depth, rows, columns] = grid.taps;
    const i64 taps = depth.count * rows.count * columns.count;
    return c >= kLanes && columns.count <= kLongestRow && taps >= kManyTaps;
}

}  // namespace

void avg_pool(const PoolArgs& all, i64 begin, i64 end, float*) {
    const PoolArgs args = all;
    const i64 limit = with_room(args.c, args.n * pixels_of_image(args));
    for_each_output(args, begin, end, [&](const Grid& grid) CONVOLENS_INLINED {
        const auto sum = [&](auto size, i64 from, i64 to, i64 i, auto lanes) CONVOLENS_INLINED {
            const float* x = args.x + from * args.c + i;
            const vec total = sum_window(size, x, args.c, grid.taps, lanes);
            store(args.y + to * args.c + i, total * broadcast(1.0f / grid.divisor), lanes);
        };
        if (!is_summed_by_rows(grid, args.c)) {
            for_each_window(args.c, grid, limit, grid.output_end, sum);
            return;
        }
        for_each_place(grid, [&](i64 from, i64 to) CONVOLENS_INLINED {
            average_by_rows(grid, args.x + from * args.c, args.c, args.y + to * args.c);
        });
    });
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
