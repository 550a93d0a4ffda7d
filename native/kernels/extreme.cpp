// The largest and smallest numbers along one axis, where they are, and shares for all that are
// equal to them. A NaN beats every number, and the first of equal numbers wins.
#include "kernels/kernels.h"
#include "kernels/middle.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

struct Largest {
    static constexpr float kLast = -__builtin_inff();  // beats nothing
    static vec of(vec a, vec b) { return max(a, b); }
    static ivec beats(vec a, vec b) { return a > b; }
    static bool beats(float a, float b) { return a > b; }
};

struct Smallest {
    static constexpr float kLast = __builtin_inff();
    static vec of(vec a, vec b) { return min(a, b); }
    static ivec beats(vec a, vec b) { return a < b; }
    static bool beats(float a, float b) { return a < b; }
};

template <class Order>
CONVOLENS_INLINE vec better(vec a, vec b) {
    return select(Order::beats(a, b) | (a != a), a, b);
}

// The best of the numbers in each lane, and whether one was NaN: to keep both apart takes fewer
// steps, of which only one waits for the one before.
template <class Order>
class Best {
  public:
    CONVOLENS_INLINE void take(vec x) {
        best = Order::of(x, best);  // in this order a NaN is left out
        missing |= x != x;
    }

    CONVOLENS_INLINE vec value() const {
        return select(missing, broadcast(__builtin_nanf("")), best);
    }

  private:
    vec best = broadcast(Order::kLast);
    ivec missing{};
};

template <class Order>
float extreme_of_row(const float* x, i64 length) {
    Best<Order> even, odd;
    i64 i = 0;
    for (; i + 2 * kLanes <= length; i += 2 * kLanes) {
        even.take(load(x + i));
        odd.take(load(x + i + kLanes));
    }
    if (i + kLanes <= length) {
        even.take(load(x + i));
        i += kLanes;
    }
    if (const i64 rest = length - i)
        odd.take(first_or(load_first(x + i, rest), rest, broadcast(Order::kLast)));
    return join_lanes(better<Order>(even.value(), odd.value()),
                      [](vec a, vec b) CONVOLENS_INLINED { return better<Order>(a, b); });
}

// The best of each of a few registers of columns, so that whole lines of memory are read.
template <class Order, int Registers, class Lanes>
CONVOLENS_INLINE void extremes_of_columns(const float* x, i64 rows, i64 step, float* y,
                                          Lanes count) {
    Best<Order> best[Registers];
    for (i64 row = 0; row < rows; ++row)
#pragma GCC unroll 4
        for (int j = 0; j < Registers; ++j) best[j].take(load(x + row * step + j * kLanes, count));
    for (int j = 0; j < Registers; ++j) store(y + j * kLanes, best[j].value(), count);
}

// The first place among `length` numbers, at most 2^24, that hold `value`, which is among them.
CONVOLENS_INLINE i64 first_place(const float* x, i64 length, float value) {
    const vec same = broadcast(value), none = broadcast(16777216.0f);
    const vec lanes = __builtin_convertvector(lane_numbers(Count<kLanes>::type{}), vec);
    vec first = none;
    for_each_register(0, length, [&](i64 i, auto count) {
        const vec here = load(x + i, count);
        const ivec found = (here == same) | ((here != here) & (same != same));
        first = min(select(found, lanes + broadcast(static_cast<float>(i)), none), first);
    });
    return static_cast<i64>(
        join_lanes(first, [](vec a, vec b) CONVOLENS_INLINED { return min(a, b); }));
}

template <class Order>
CONVOLENS_INLINE void extremes(const ExtremeArgs& args, i64 begin, i64 end) {
    if (are_rows(args.axis)) {
        const i64 length = args.axis.length;
        for (i64 row = begin; row < end; ++row)
            args.y[row] = extreme_of_row<Order>(args.x + row * length, length);
        return;
    }
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const float* x = args.x + piece.start;
        float* y = args.y + piece.place * args.axis.inner + piece.column;
        if (args.axis.inner == 1) {
            *y = extreme_of_row<Order>(x, piece.rows);
            return;
        }
        constexpr int kWide = 4;
        i64 first = 0;
        for (; first + kWide * kLanes <= piece.columns; first += kWide * kLanes)
            extremes_of_columns<Order, kWide>(x + first, piece.rows, args.axis.inner, y + first,
                                              Whole{});
        for_each_register(first, piece.columns, [&](i64 i, auto count) {
            extremes_of_columns<Order, 1>(x + i, piece.rows, args.axis.inner, y + i, count);
        });
    });
}

template <class Order>
i64 place_in_row(const float* x, i64 length) {
    constexpr i64 kBlock = 256;
    float best = Order::kLast;
    i64 found = 0;
    for (i64 first = 0; first < length && best == best; first += kBlock) {
        const i64 left = length - first;
        const float here = extreme_of_row<Order>(x + first, left < kBlock ? left : kBlock);
        if (Order::beats(here, best) || here != here) {
            best = here;
            found = first;
        }
    }
    const i64 left = length - found;
    return found + first_place(x + found, left < kBlock ? left : kBlock, best);
}

template <class Order>
CONVOLENS_INLINE void places(const ArgExtremeArgs& args, i64 begin, i64 end) {
    if (are_rows(args.axis)) {
        const i64 length = args.axis.length;
        for (i64 row = begin; row < end; ++row)
            args.y[row] = place_in_row<Order>(args.x + row * length, length);
        return;
    }
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const float* x = args.x + piece.start;
        i64* y = args.y + piece.place * args.axis.inner + piece.column;
        if (args.axis.inner == 1) {
            *y = place_in_row<Order>(x, piece.rows);
            return;
        }
        for_each_register(0, piece.columns, [&](i64 i, auto count) {
            vec best = load(x + i, count);
            ivec place{};
            for (i64 row = 1; row < piece.rows; ++row) {
                const vec here = load(x + row * args.axis.inner + i, count);
                const ivec wins = (Order::beats(here, best) | (here != here)) & (best == best);
                best = select(wins, here, best);
                place = wins ? static_cast<i32>(row) - ivec{} : place;
            }
            const i64 lanes = piece.columns - i < kLanes ? piece.columns - i : kLanes;
            for (i64 lane = 0; lane < lanes; ++lane) y[i + lane] = place[lane];
        });
    });
}

// y = share_of(x, c, share) for each x, with what stands beside its group.
template <class Shared>
CONVOLENS_INLINE void shares(const ShareArgs& args, i64 begin, i64 end, Shared share_of) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const float* x = args.x + piece.start;
        float* y = args.y + piece.start;
        const i64 result = piece.outer * args.axis.inner + piece.column;
        if (args.axis.inner == 1) {
            const vec c = args.c ? broadcast(args.c[result]) : vec{};
            const vec share = broadcast(args.share[result]);
            for_each_register(0, piece.rows, [&](i64 i, auto count) {
                store(y + i, share_of(load(x + i, count), c, share), count);
            });
            return;
        }
        for_each_register(0, piece.columns, [&](i64 i, auto count) {
            const vec c = args.c ? load(args.c + result + i, count) : vec{};
            const vec share = load(args.share + result + i, count);
            for (i64 row = 0; row < piece.rows; ++row) {
                const i64 at = row * args.axis.inner + i;
                store(y + at, share_of(load(x + at, count), c, share), count);
            }
        });
    });
}

}  // namespace

void largest(const ExtremeArgs& args, i64 begin, i64 end, float*) {
    extremes<Largest>(args, begin, end);
}

void smallest(const ExtremeArgs& args, i64 begin, i64 end, float*) {
    extremes<Smallest>(args, begin, end);
}

void arg_largest(const ArgExtremeArgs& args, i64 begin, i64 end, float*) {
    places<Largest>(args, begin, end);
}

void arg_smallest(const ArgExtremeArgs& args, i64 begin, i64 end, float*) {
    places<Smallest>(args, begin, end);
}

void share_matches(const ShareArgs& args, i64 begin, i64 end, float*) {
    shares(args, begin, end, [](vec x, vec c, vec share) {
        return select((x == c) | ((x != x) & (c != c)), share, vec{});
    });
}

void share_signs(const ShareArgs& args, i64 begin, i64 end, float*) {
    const vec one = broadcast(1.0f);
    shares(args, begin, end, [=](vec x, vec, vec share) {
        return select(x > vec{}, one, select(x < vec{}, -one, vec{})) * share;
    });
}

}  // namespace convolens::CONVOLENS_ISA
