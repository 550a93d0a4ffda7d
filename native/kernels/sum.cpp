// Sums along one axis of numbers made from its elements: accumulated in double precision, in chunks
// whose bounds depend on the shape alone, so that the one rounding that shows is the last.
#include "kernels/kernels.h"
#include "kernels/middle.h"
#include "kernels/pairs.h"
#include "kernels/wide_sums.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// From so many columns on, rows are read as they lie in memory, and so many sums at most stay in
// the first cache meanwhile. So few rows are followed side by side.
constexpr i64 kMany = 512, kMost = 1024, kFewRows = 16;

// A term says what is added for x, where c is a number of the result's, and which x adds nothing.
// Terms that are no larger than x may be added up in single precision, a few at a time.
struct Plain {
    static vec single(vec x) { return x; }
    static Wide at(const float* x, vec) { return load_wide(x); }
    static Wide of(vec x, vec) { return widen(x); }
    static vec neutral(vec) { return vec{}; }
};

struct Square {
    static Wide squared(Wide x) { return x * x; }
    static Wide at(const float* x, vec) { return squared(load_wide(x)); }
    static Wide of(vec x, vec) { return squared(widen(x)); }
    static vec neutral(vec) { return vec{}; }
};

struct Absolute {
    static vec single(vec x) { return x < vec{} ? -x : x; }
    static Wide at(const float* x, vec c) { return of(load(x), c); }
    static Wide of(vec x, vec) { return widen(x < vec{} ? -x : x); }
    static vec neutral(vec) { return vec{}; }
};

struct Deviation {
    static Wide at(const float* x, vec c) { return Square::squared(load_wide(x) - widen(c)); }
    static Wide of(vec x, vec c) { return Square::squared(widen(x) - widen(c)); }
    static vec neutral(vec c) { return c; }
};

struct Exponential {
    static Wide at(const float* x, vec c) { return of(load(x), c); }
    static Wide of(vec x, vec c) { return widen(simd::exp(x - c)); }
    static vec neutral(vec) { return broadcast(-__builtin_inff()); }
};

struct Match {
    static Wide at(const float* x, vec c) { return of(load(x), c); }
    static Wide of(vec x, vec c) {
        const ivec same = (x == c) | ((x != x) & (c != c));
        return widen(select(same, broadcast(1.0f), vec{}));
    }
    static vec neutral(vec c) { return select(c == vec{}, broadcast(1.0f), vec{}); }
};

template <class Term>
constexpr bool kSingle = requires { Term::single(vec{}); };

template <class Term>
CONVOLENS_INLINE Wide term_at(const float* x, Whole, vec c) {
    return Term::at(x, c);
}

template <class Term>
CONVOLENS_INLINE Wide term_at(const float* x, i64 count, vec c) {
    return Term::of(first_or(load_first(x, count), count, Term::neutral(c)), c);
}

// What becomes of a total. Args is SumArgs or PartialArgs.
template <class Args>
CONVOLENS_INLINE vec finished(const Args& args, Wide total) {
    total = total * args.factor;
    return narrow(args.root ? square_root(total) : total);
}

// The terms of a row, lane by lane.
template <class Term>
CONVOLENS_INLINE Wide sum_lanes_of_row(const float* x, i64 length, vec c) {
    constexpr i64 kSums = 2;  // their additions overlap
    Wide sums[kSums]{};
    i64 i = 0;
    for (; i + kSums * kLanes <= length; i += kSums * kLanes)
        for (i64 j = 0; j < kSums; ++j) sums[j] = sums[j] + Term::at(x + i + j * kLanes, c);
    for_each_register(i, length, [&](i64 at, auto count) {
        sums[0] = sums[0] + term_at<Term>(x + at, count, c);
    });
    return sums[0] + sums[1];
}

// The same for terms that may be added up in single precision.
template <class Term>
    requires(kSingle<Term>)
CONVOLENS_INLINE Wide sum_lanes_of_row(const float* x, i64 length, vec) {
    constexpr i64 kStep = kShort * kLanes;
    const auto step = [=](i64 at) CONVOLENS_INLINED {
        return widen(sum_in_pairs<kShort>(
            [=](int k) CONVOLENS_INLINED { return Term::single(load(x + at + k * kLanes)); }));
    };
    Wide sums[2]{};  // their additions overlap
    i64 i = 0;
    for (; i + 2 * kStep <= length; i += 2 * kStep)
        for (i64 j = 0; j < 2; ++j) sums[j] = sums[j] + step(i + j * kStep);
    Wide total = sums[0] + sums[1];
    for (; i + kStep <= length; i += kStep) total = total + step(i);
    if (i == length) return total;
    vec rest{};
    for_each_register(i, length,
                      [&](i64 at, auto count) { rest += Term::single(load(x + at, count)); });
    return total + widen(rest);
}

CONVOLENS_INLINE vec beside(const SumArgs& args, i64 outer) {
    return args.c ? broadcast(args.c[outer]) : vec{};
}

template <class Term>
void sum_row(const SumArgs& args, const Piece& piece) {
    const Wide lanes =
        sum_lanes_of_row<Term>(args.x + piece.start, piece.rows, beside(args, piece.outer));
    if (args.partial) {
        args.partial[piece.place] = sum_lanes(lanes);
    } else {
        const double total = sum_lanes(lanes) * args.factor;
        args.y[piece.place] = static_cast<float>(args.root ? __builtin_sqrt(total) : total);
    }
}

// A register of rows that lie one behind the other: their lanes are added up together.
template <class Term>
void sum_rows(const SumArgs& args, i64 first) {
    const i64 length = args.axis.length;
    Wide rows[kLanes];
    for (i64 j = 0; j < kLanes; ++j)
        rows[j] =
            sum_lanes_of_row<Term>(args.x + (first + j) * length, length, beside(args, first + j));
    store(args.y + first, finished(args, sum_each(rows)));
}

// Sums of a few registers of columns side by side, so that whole lines of memory are read.
template <class Term, int Registers, class Lanes>
CONVOLENS_INLINE void sum_columns(const SumArgs& args, const Piece& piece, i64 i, Lanes count) {
    const float* x = args.x + piece.start + i;
    vec c[Registers];
    Wide sums[Registers]{};
    const i64 result = piece.outer * args.axis.inner + piece.column + i;
    for (int j = 0; j < Registers; ++j)
        c[j] = args.c ? load(args.c + result + j * kLanes, count) : vec{};
    if constexpr (kSingle<Term>) {
        for_each_short(piece.rows, [&](i64 row, auto rows) CONVOLENS_INLINED {
            vec some[Registers]{};
            for (i64 k = row; k < row + rows; ++k)
#pragma GCC unroll 8
                for (int j = 0; j < Registers; ++j)
                    some[j] += Term::single(load(x + k * args.axis.inner + j * kLanes, count));
#pragma GCC unroll 8
            for (int j = 0; j < Registers; ++j) sums[j] = sums[j] + widen(some[j]);
        });
    } else {
        for (i64 row = 0; row < piece.rows; ++row)
            for (int j = 0; j < Registers; ++j)
                sums[j] =
                    sums[j] + term_at<Term>(x + row * args.axis.inner + j * kLanes, count, c[j]);
    }
    const i64 place = piece.place * args.axis.inner + piece.column + i;
    for (int j = 0; j < Registers; ++j) {
        if (args.partial) {
            store(args.partial + place + j * kLanes, sums[j], count);
        } else {
            store(args.y + place + j * kLanes, finished(args, sums[j]), count);
        }
    }
}

// Sums of many columns, which lie in memory, so that rows are read as they lie there.
template <class Term>
    requires(kSingle<Term>)
void sum_many(const SumArgs& args, const Piece& piece, i64 first, i64 columns) {
    const i64 inner = args.axis.inner;
    double sums[kMost]{};
    double* to = sums;
    for_each_short(piece.rows, [&](i64 row, auto rows) CONVOLENS_INLINED {
        const float* x = args.x + piece.start + row * inner + first;
        for_each_register(0, columns, [=](i64 i, auto count) CONVOLENS_INLINED {
            vec some{};
            const i64 terms = rows;
#pragma GCC unroll 4
            for (i64 k = 0; k < terms; ++k) some += Term::single(load(x + k * inner + i, count));
            add_to(to + i, some, count);
        });
    });
    const i64 place = piece.place * inner + piece.column + first;
    for_each_register(0, columns, [&](i64 i, auto count) CONVOLENS_INLINED {
        const Wide total = load(to + i, count);
        if (args.partial) {
            store(args.partial + place + i, total, count);
        } else {
            store(args.y + place + i, finished(args, total), count);
        }
    });
}

i64 common_divisor(i64 a, i64 b) {
    return b == 0 ? a : common_divisor(b, a % b);
}

// After so many registers a run of narrow rows has the same columns in its lanes again.
i64 period(i64 inner) {
    return inner / common_divisor(inner, kLanes);
}

constexpr i64 kLongestPeriod = 16;

// Narrow rows, read as one run: each register of a period has a sum of its own, and the lanes that
// belong to a column are added up at the end.
template <class Term>
CONVOLENS_INLINE void sum_narrow(const SumArgs& args, const Piece& piece) {
    const i64 inner = args.axis.inner, length = piece.rows * inner;
    const i64 registers = period(inner) * (1 + 3 / period(inner));  // so that additions overlap
    const float* x = args.x + piece.start;
    Wide sums[kLongestPeriod]{};
    i64 at = 0;
    if constexpr (kSingle<Term>) {
        const i64 step = registers * kLanes;
        for (; at + kShort * step <= length; at += kShort * step)
            for (i64 r = 0; r < registers; ++r) {
                const float* from = x + at + r * kLanes;
                vec some = Term::single(load(from));
                for (i64 k = 1; k < kShort; ++k) some += Term::single(load(from + k * step));
                sums[r] = sums[r] + widen(some);
            }
    }
    for (; at + registers * kLanes <= length; at += registers * kLanes)
        for (i64 r = 0; r < registers; ++r)
            sums[r] = sums[r] + Term::at(x + at + r * kLanes, vec{});
    double lanes[kLongestPeriod * kLanes];
    __builtin_memcpy(lanes, sums, sizeof(sums));
    double totals[4 * kLanes]{};
    for (i64 lane = 0, column = 0; lane < registers * kLanes; ++lane) {
        totals[column] += lanes[lane];
        if (++column == inner) column = 0;
    }
    for (i64 row = at; row < length; row += inner)
        for (i64 i = 0; i < inner; ++i) {
            const Wide term = term_at<Term>(x + row + i, 1, vec{});
            totals[i] += term.low[0];
        }
    for (i64 i = 0; i < inner; ++i) {
        const i64 place = piece.place * inner + i;
        if (args.partial) {
            args.partial[place] = totals[i];
        } else {
            const double total = totals[i] * args.factor;
            args.y[place] = static_cast<float>(args.root ? __builtin_sqrt(total) : total);
        }
    }
}

template <class Term>
CONVOLENS_INLINE void sum_terms(const SumArgs& args, i64 begin, i64 end) {
    if (are_rows(args.axis))
        for (; begin + kLanes <= end; begin += kLanes) sum_rows<Term>(args, begin);
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        if (args.axis.inner == 1) {
            sum_row<Term>(args, piece);
            return;
        }
        if (!args.c && piece.columns == args.axis.inner && piece.columns < 4 * kLanes &&
            period(piece.columns) <= kLongestPeriod) {
            sum_narrow<Term>(args, piece);
            return;
        }
        constexpr int kWide = 4;
        i64 i = 0;
        if constexpr (kSingle<Term>)
            for (; piece.rows > kFewRows && i + kMany <= piece.columns; i += kMost)
                sum_many<Term>(args, piece, i,
                               piece.columns - i < kMost ? piece.columns - i : kMost);
        if constexpr (kSingle<Term> && kRegisters >= 32)
            for (; i + 2 * kWide * kLanes <= piece.columns; i += 2 * kWide * kLanes)
                sum_columns<Term, 2 * kWide>(args, piece, i, Whole{});
        for (; i + kWide * kLanes <= piece.columns; i += kWide * kLanes)
            sum_columns<Term, kWide>(args, piece, i, Whole{});
        for_each_register(i, piece.columns, [&](i64 at, auto count) {
            sum_columns<Term, 1>(args, piece, at, count);
        });
    });
}

}  // namespace

void sum(const SumArgs& args, i64 begin, i64 end, float*) {
    sum_terms<Plain>(args, begin, end);
}

void sum_squares(const SumArgs& args, i64 begin, i64 end, float*) {
    sum_terms<Square>(args, begin, end);
}

void sum_absolutes(const SumArgs& args, i64 begin, i64 end, float*) {
    sum_terms<Absolute>(args, begin, end);
}

void sum_deviations(const SumArgs& args, i64 begin, i64 end, float*) {
    sum_terms<Deviation>(args, begin, end);
}

void sum_exponentials(const SumArgs& args, i64 begin, i64 end, float*) {
    sum_terms<Exponential>(args, begin, end);
}

void sum_matches(const SumArgs& args, i64 begin, i64 end, float*) {
    sum_terms<Match>(args, begin, end);
}

void add_partials(const PartialArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const double* x = args.x + piece.start;
        float* y = args.y + piece.outer * args.axis.inner + piece.column;
        for_each_register(0, piece.columns, [&](i64 i, auto count) {
            Wide total{};
            for (i64 row = 0; row < piece.rows; ++row)
                total = total + load(x + row * args.axis.inner + i, count);
            store(y + i, finished(args, total), count);
        });
    });
}

}  // namespace convolens::CONVOLENS_ISA
