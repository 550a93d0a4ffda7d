// Max and average pooling in channels-last memory, and their gradients.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// The taps of one axis that fall on the input: r in [first, last) reads origin + r * dilation.
struct Reach {
    i64 origin, first, last;
};

Reach reach(const PoolArgs& args, int axis, i64 output, i64 size) {
    const i64 origin = output * args.stride[axis] - args.padding[axis];
    const i64 d = args.dilation[axis];
    i64 first = origin < 0 ? (-origin + d - 1) / d : 0;
    i64 last = origin < size ? (size - 1 - origin) / d + 1 : 0;
    if (last > args.kernel[axis]) last = args.kernel[axis];
    if (first > last) first = last;
    return {origin, first, last};
}

// The reach of every column, worked out once in the scratch: Q times three whole numbers.
Reach* reach_columns(const PoolArgs& args, float* scratch) {
    Reach* columns = reinterpret_cast<Reach*>(scratch);
    for (i64 q = 0; q < args.q; ++q) columns[q] = reach(args, 1, q, args.w);
    return columns;
}

// The cells that an average counts along one axis: with padding, those up to the padding's end.
CONVOLENS_INLINE i64 counted(const PoolArgs& args, int axis, const Reach& r, i64 size) {
    if (!args.include_padding) return r.last - r.first;
    const i64 end = size + args.after[axis];
    const i64 inside =
        args.dilation[axis] == 1 ? end - r.origin : (end - 1 - r.origin) / args.dilation[axis] + 1;
    return inside < args.kernel[axis] ? inside : args.kernel[axis];
}

// The channels of a unit of a gradient, and its image.
struct Block {
    i64 image, first, last;
};

CONVOLENS_INLINE Block block(const PoolArgs& args, i64 unit) {
    const i64 blocks = (args.c + args.channel_block - 1) / args.channel_block;
    const i64 first = unit % blocks * args.channel_block;
    const i64 last = first + args.channel_block;
    return {unit / blocks, first, last < args.c ? last : args.c};
}

void clear_block(const PoolArgs& args, const Block& b) {
    float* image = args.y + b.image * args.h * args.w * args.c;
    for (i64 i = 0; i < args.h * args.w; ++i)
        for_each_register(b.first, b.last,
                          [&](i64 c, auto count) { store(image + i * args.c + c, vec{}, count); });
}

// Whether the windows tile the image: every input is read exactly once.
bool tiles(const PoolArgs& args) {
    const i64 sizes[2] = {args.h, args.w}, outputs[2] = {args.p, args.q};
    for (int axis = 0; axis < 2; ++axis)
        if (args.stride[axis] != args.kernel[axis] || args.dilation[axis] != 1 ||
            args.padding[axis] != 0 || outputs[axis] * args.kernel[axis] != sizes[axis])
            return false;
    return true;
}

// Calls body(pointer to the tap's pixel, position among the kernel's taps) for the taps of a window
// that fall on the input, in reading order. Rows and Columns are the kernel's sizes where all its
// taps do and the sizes are common ones, so that the loops unroll; else 0.
template <int Rows, int Columns, class Body>
CONVOLENS_INLINE void for_each_tap(const PoolArgs& args, const float* image, const Reach& y,
                                   const Reach& x, Body&& body) {
    if constexpr (Rows > 0) {
        const float* first = image + (y.origin * args.w + x.origin) * args.c;
#pragma GCC unroll 3
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
            for (int s = 0; s < Columns; ++s)
                body(first + (r * args.w + s) * args.c, r * Columns + s);
    } else {
        for (i64 r = y.first; r < y.last; ++r)
            for (i64 s = x.first; s < x.last; ++s) {
                const i64 row = y.origin + r * args.dilation[0];
                const i64 column = x.origin + s * args.dilation[1];
                body(image + (row * args.w + column) * args.c,
                     static_cast<i32>(r * args.kernel[1] + s));
            }
    }
}

// Calls run.operator()<Rows, Columns>() with the sizes for for_each_tap.
template <class Run>
CONVOLENS_INLINE void with_sizes(const PoolArgs& args, const Reach& y, const Reach& x, Run run) {
    const bool whole = y.last - y.first == args.kernel[0] && x.last - x.first == args.kernel[1] &&
                       args.dilation[0] == 1 && args.dilation[1] == 1;
    if (whole && args.kernel[0] == 2 && args.kernel[1] == 2) {
        run.template operator()<2, 2>();
    } else if (whole && args.kernel[0] == 3 && args.kernel[1] == 3) {
        run.template operator()<3, 3>();
    } else {
        run.template operator()<0, 0>();
    }
}

// Calls run.operator()<Rows, Columns>(q, reach of the rows, reach of the columns) for all outputs
// of row p.
template <class Run>
CONVOLENS_INLINE void for_each_window(const PoolArgs& args, i64 p, const Reach* columns, Run run) {
    const Reach rows = reach(args, 0, p, args.h);
    for (i64 q = 0; q < args.q; ++q)
        with_sizes(args, rows, columns[q], [&]<int Rows, int Columns>() {
            run.template operator()<Rows, Columns>(q, rows, columns[q]);
        });
}

// The position among the taps of the first largest number; the last NaN wins over all.
template <int Rows, int Columns, class Lanes>
CONVOLENS_INLINE ivec winner(const PoolArgs& args, const float* x, const Reach& y,
                             const Reach& columns, Lanes count) {
    vec best{};
    ivec index = ivec{} - 1;
    for_each_tap<Rows, Columns>(args, x, y, columns, [&](const float* from, i32 tap) {
        const vec v = load(from, count);
        const ivec better = (v > best) | (v != v) | (index < 0);
        best = select(better, v, best);
        index = better ? ivec{} + tap : index;
    });
    return index;
}

// Adds `share` to, or sets, the input that `from` points to; it is part of the output array.
template <class Lanes>
CONVOLENS_INLINE void give(const float* from, vec share, bool once, Lanes count) {
    float* to = const_cast<float*>(from);
    store(to, once ? share : load(to, count) + share, count);
}

}  // namespace

void max_pool(const PoolArgs& args, i64 begin, i64 end, float* scratch) {
    const Reach* columns = reach_columns(args, scratch);
    for (i64 unit = begin; unit < end; ++unit) {
        const float* x = args.x + unit / args.p * args.h * args.w * args.c;
        float* y = args.y + unit * args.q * args.c;
        for_each_window(args, unit % args.p, columns,
                        [&]<int Rows, int Columns>(i64 q, const Reach& down, const Reach& across) {
                            for_each_register(0, args.c, [&](i64 c, auto count) {
                                vec best = broadcast(-__builtin_inff());
                                for_each_tap<Rows, Columns>(
                                    args, x + c, down, across, [&](const float* from, i32) {
                                        const vec v = load(from, count);
                                        best = select((v > best) | (v != v), v, best);
                                    });
                                store(y + q * args.c + c, best, count);
                            });
                        });
    }
}

void max_pool_grad(const PoolArgs& args, i64 begin, i64 end, float* scratch) {
    const Reach* columns = reach_columns(args, scratch);
    const bool once = tiles(args);
    for (i64 unit = begin; unit < end; ++unit) {
        const Block b = block(args, unit);
        const float* x = args.x + b.image * args.h * args.w * args.c;
        const float* g = args.g + b.image * args.p * args.q * args.c;
        const float* dx = args.y + b.image * args.h * args.w * args.c;
        if (!once) clear_block(args, b);
        for (i64 p = 0; p < args.p; ++p)
            for_each_window(
                args, p, columns,
                [&]<int Rows, int Columns>(i64 q, const Reach& down, const Reach& across) {
                    for_each_register(b.first, b.last, [&](i64 c, auto count) {
                        const ivec won = winner<Rows, Columns>(args, x + c, down, across, count);
                        const vec upstream = load(g + (p * args.q + q) * args.c + c, count);
                        for_each_tap<Rows, Columns>(
                            args, dx + c, down, across, [&](const float* to, i32 tap) {
                                give(to, select(won == tap, upstream, vec{}), once, count);
                            });
                    });
                });
    }
}

void avg_pool(const PoolArgs& args, i64 begin, i64 end, float* scratch) {
    const Reach* columns = reach_columns(args, scratch);
    for (i64 unit = begin; unit < end; ++unit) {
        const float* x = args.x + unit / args.p * args.h * args.w * args.c;
        float* y = args.y + unit * args.q * args.c;
        for_each_window(args, unit % args.p, columns,
                        [&]<int Rows, int Columns>(i64 q, const Reach& down, const Reach& across) {
                            const i64 cells =
                                counted(args, 0, down, args.h) * counted(args, 1, across, args.w);
                            const vec divisor = broadcast(static_cast<float>(cells));
                            for_each_register(0, args.c, [&](i64 c, auto count) {
                                vec total{};
                                for_each_tap<Rows, Columns>(
                                    args, x + c, down, across,
                                    [&](const float* from, i32) { total += load(from, count); });
                                store(y + q * args.c + c, total / divisor, count);
                            });
                        });
    }
}

void avg_pool_grad(const PoolArgs& args, i64 begin, i64 end, float* scratch) {
    const Reach* columns = reach_columns(args, scratch);
    const bool once = tiles(args);
    for (i64 unit = begin; unit < end; ++unit) {
        const Block b = block(args, unit);
        const float* g = args.g + b.image * args.p * args.q * args.c;
        const float* dx = args.y + b.image * args.h * args.w * args.c;
        if (!once) clear_block(args, b);
        for (i64 p = 0; p < args.p; ++p)
            for_each_window(
                args, p, columns,
                [&]<int Rows, int Columns>(i64 q, const Reach& down, const Reach& across) {
                    const i64 cells =
                        counted(args, 0, down, args.h) * counted(args, 1, across, args.w);
                    const vec divisor = broadcast(static_cast<float>(cells));
                    for_each_register(b.first, b.last, [&](i64 c, auto count) {
                        const vec share = load(g + (p * args.q + q) * args.c + c, count) / divisor;
                        for_each_tap<Rows, Columns>(
                            args, dx + c, down, across,
                            [&](const float* to, i32) { give(to, share, once, count); });
                    });
                });
    }
}

}  // namespace convolens::CONVOLENS_ISA
