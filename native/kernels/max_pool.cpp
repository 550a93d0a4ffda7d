// Max pooling in channels-last memory, its winners, and its gradient.
#include "kernels/spread.h"
#include "kernels/taps.h"

namespace convolens::CONVOLENS_ISA {
namespace {

template <class Size, class Lanes>
CONVOLENS_INLINE vec largest(Size size, const float* x, i64 c, const Taps (&taps)[3], Lanes lanes) {
    vec best = broadcast(-__builtin_inff());
    for_each_tap(size, taps, [&](i64 at, i64 t, i64 r, i64 s) CONVOLENS_INLINED {
        const vec v = load(x + at * c, lanes);
        best = Size::kKnown && t + r + s == 0 ? v : larger_or_nan(best, v);
    });
    return best;
}

// The label of the tap that holds a window's largest number: the first of equal ones, the last NaN.
template <class Size, class Label, class Lanes>
CONVOLENS_INLINE ivec winner(Size size, const float* x, i64 c, const Taps (&taps)[3], Label label,
                             Lanes lanes) {
    const vec infinity = broadcast(__builtin_inff());
    vec best = -infinity;
    ivec winner = ivec{} + label(0, 0, 0);
    for_each_tap(size, taps, [&](i64 at, i64 t, i64 r, i64 s) CONVOLENS_INLINED {
        const vec v = load(x + at * c, lanes);
        // After a NaN nothing is better than infinity but another NaN.
        const ivec better = Size::kKnown && t + r + s == 0 ? ~ivec{} : ~(v <= best);
        best = select(better, min(v, infinity), best);
        winner = better ? ivec{} + label(t, r, s) : winner;
    });
    return winner;
}

CONVOLENS_INLINE i64 lanes_of(Whole) {
    return kLanes;
}
CONVOLENS_INLINE i64 lanes_of(i64 count) {
    return count;
}
template <int Most>
CONVOLENS_INLINE i64 lanes_of(Over<Most> lanes) {
    return lanes.count;
}

CONVOLENS_INLINE bool is_empty(const Grid& grid) {
    return grid.taps[0].count == 0 || grid.taps[1].count == 0 || grid.taps[2].count == 0;
}

// How far a tap is from the first one, in pixels.
CONVOLENS_INLINE auto distance(const Taps (&taps)[3]) {
    const i64 depth = taps[0].stride, rows = taps[1].stride, columns = taps[2].stride;
    return
        [=](i64 t, i64 r, i64 s) { return static_cast<i32>(t * depth + r * rows + s * columns); };
}

// From so many taps on it is quicker to find the winners' pixels than to go through all of them.
constexpr i64 kManyTaps = 12;

}  // namespace

void max_pool(const PoolArgs& all, i64 begin, i64 end, float*) {
    const PoolArgs args = all;
    const auto window = [&](const Grid& grid, auto size, i64 tap, i64 output, i64 i,
                            auto lanes) CONVOLENS_INLINED {
        const float* x = args.x + tap * args.c + i;
        store(args.y + output, largest(size, x, args.c, grid.taps, lanes), lanes);
    };
    for_each_pooled(args, begin, end, window);
}

void max_pool_indices(const PoolArgs& all, i64 begin, i64 end, float*) {
    const PoolArgs args = all;
    const i64 pixels = pixels_of_image(args);
    const auto window = [&](const Grid& grid, auto size, i64 tap, i64 output, i64 i,
                            auto lanes) CONVOLENS_INLINED {
        const float* x = args.x + tap * args.c + i;
        if (args.y) store(args.y + output, largest(size, x, args.c, grid.taps, lanes), lanes);
        const ivec won = winner(size, x, args.c, grid.taps, distance(grid.taps), lanes);
        const i64 first = tap % pixels;
        for (i64 lane = 0; lane < lanes_of(lanes); ++lane)
            args.index[output + lane] = is_empty(grid) ? -1 : first + won[lane];
    };
    for_each_pooled(args, begin, end, window);
}

void max_pool_grad(const PoolArgs& all, i64 begin, i64 end, float* scratch) {
    const PoolArgs args = all;
    const auto window = [&](const Grid& grid, const Target& target, auto size, i64 first,
                            i64 output, i64 i, auto lanes) CONVOLENS_INLINED {
        Taps whole[3];
        for (int axis = 0; axis < 3; ++axis) {
            const Taps& taps = grid.taps[axis];
            whole[axis] = {taps.count, taps.stride, 0, taps.count};
        }
        const float* x = args.x + first * args.c + i;
        const vec upstream = load(args.g + output, lanes);
        const i64 rows = size.kKnown ? size.kRows : whole[1].count;
        const i64 columns = size.kKnown ? size.kColumns : whole[2].count;
        if (!size.kKnown && !target.once && whole[0].count * rows * columns >= kManyTaps) {
            const ivec won = winner(size, x, args.c, whole, distance(whole), lanes);
            for (i64 lane = 0; lane < lanes_of(lanes); ++lane) {
                const i64 pixel = first + won[lane];
                if (pixel >= target.begin && pixel < target.end)
                    target.first[pixel * target.pitch + i + lane] += upstream[lane];
            }
            return;
        }
        const auto number = [&](i64 t, i64 r, i64 s) CONVOLENS_INLINED {
            return static_cast<i32>((t * rows + r) * columns + s);
        };
        const ivec won = winner(size, x, args.c, whole, number, lanes);
        ask_ahead<0>(size, x, args.c, grid.taps);
        float* dx = target.first + first * target.pitch + i;
        for_each_tap(size, grid.taps, [&](i64 at, i64 t, i64 r, i64 s) CONVOLENS_INLINED {
            const vec share = select(won == number(t, r, s), upstream, vec{});
            give(target, dx + at * target.pitch, share, lanes);
        });
    };
    for_each_spread(args, begin, end, scratch, window);
}

}  // namespace convolens::CONVOLENS_ISA
