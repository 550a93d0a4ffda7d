// Softmax, log-softmax and their gradients along an axis that is not the innermost in memory: the
// lanes of a register belong to neighbouring columns.
#include "kernels/kernels.h"
#include "kernels/middle.h"
#include "simd/divide.h"
#include "simd/math.h"
#include "simd/wide.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Calls body(at, count) for each register of columns, where at(row) is its place in the arrays.
template <class Body>
CONVOLENS_INLINE void for_each_column(const ColumnsArgs& args, i64 begin, i64 end, Body body) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        for_each_register(0, piece.columns, [&](i64 i, auto count) {
            body([&](i64 row) { return piece.start + row * args.axis.inner + i; }, count);
        });
    });
}

template <class At, class Lanes>
CONVOLENS_INLINE vec column_max(const ColumnsArgs& args, At at, Lanes count) {
    vec best = broadcast(-__builtin_inff());
    for (i64 row = 0; row < args.axis.length; ++row) {
        const vec x = load(args.a + at(row), count);
        best = select((x > best) | (x != x), x, best);
    }
    return best;
}

template <class Term>
CONVOLENS_INLINE vec column_sum(i64 rows, Term term) {
    Wide total{};
    for (i64 row = 0; row < rows; ++row) total = total + term(row);
    return narrow(total);
}

}  // namespace

void softmax_across(const ColumnsArgs& args, i64 begin, i64 end, float*) {
    const i64 rows = args.axis.length;
    for_each_column(args, begin, end, [&](auto at, auto count) {
        const vec shift = column_max(args, at, count);
        const Divisor total(column_sum(rows, [&](i64 row) {
            const vec e = exp_of_negative(load(args.a + at(row), count) - shift);
            store(args.y + at(row), e, count);
            return widen(e);
        }));
        for (i64 row = 0; row < rows; ++row)
            store(args.y + at(row), total.divide(load(args.y + at(row), count)), count);
    });
}

void softmax_grad_across(const ColumnsArgs& args, i64 begin, i64 end, float*) {
    const i64 rows = args.axis.length;
    for_each_column(args, begin, end, [&](auto at, auto count) {
        const vec mean = column_sum(rows, [&](i64 row) {
            return widen(load(args.a + at(row), count)) * widen(load(args.b + at(row), count));
        });
        for (i64 row = 0; row < rows; ++row) {
            const vec y = load(args.a + at(row), count), g = load(args.b + at(row), count);
            store(args.y + at(row), y * (g - mean), count);
        }
    });
}

void log_softmax_across(const ColumnsArgs& args, i64 begin, i64 end, float*) {
    const i64 rows = args.axis.length;
    for_each_column(args, begin, end, [&](auto at, auto count) {
        const vec shift = column_max(args, at, count);
        const vec total = simd::log(column_sum(rows, [&](i64 row) {
            return widen(exp_of_negative(load(args.a + at(row), count) - shift));
        }));
        for (i64 row = 0; row < rows; ++row)
            store(args.y + at(row), (load(args.a + at(row), count) - shift) - total, count);
    });
}

void log_softmax_grad_across(const ColumnsArgs& args, i64 begin, i64 end, float*) {
    const i64 rows = args.axis.length;
    for_each_column(args, begin, end, [&](auto at, auto count) {
        const vec total =
            column_sum(rows, [&](i64 row) { return widen(load(args.b + at(row), count)); });
        for (i64 row = 0; row < rows; ++row) {
            const vec share = simd::exp(load(args.a + at(row), count));
            store(args.y + at(row), load(args.b + at(row), count) - share * total, count);
        }
    });
}

}  // namespace convolens::CONVOLENS_ISA
