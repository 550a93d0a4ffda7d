// Rows of few numbers, turned: a register then holds one number of each of kLanes rows, so that
// nothing is left to be joined within a register.
#pragma once

#include "kernels/kernels.h"
#include "simd/math.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

constexpr i64 kShortRow = 64;

// Up to kLanes rows of at most kShortRow numbers. Rows that are not there are zeros.
struct ShortRows {
    i64 rows, length;
    float turned[kShortRow * kLanes];

    CONVOLENS_INLINE vec column(i64 i) const { return load(turned + i * kLanes); }
    CONVOLENS_INLINE void set_column(i64 i, vec x) { store(turned + i * kLanes, x); }
    float at(i64 row, i64 i) const { return turned[i * kLanes + row]; }

    void read(const float* x) {
        for (i64 i = 0; i < length; i += kLanes)
            transpose_block(x + i, length, turned + i * kLanes, kLanes, rows, width(i), kLanes);
    }

    void write(float* y) const {
        for (i64 i = 0; i < length; i += kLanes)
            transpose_block(turned + i * kLanes, kLanes, y + i, length, width(i), rows, width(i));
    }

    // The columns of the block that begins with column i.
    i64 width(i64 i) const { return length - i < kLanes ? length - i : kLanes; }
};

// The sum of term(i) over the columns.
template <class Term>
CONVOLENS_INLINE vec sum_columns(i64 length, Term term) {
    vec even{}, odd{};
    i64 i = 0;
    for (; i + 2 <= length; i += 2) {
        even += term(i);
        odd += term(i + 1);
    }
    if (i < length) even += term(i);
    return even + odd;
}

// The largest number of each row, or NaN if it has one.
CONVOLENS_INLINE vec row_maxima(const ShortRows& x) {
    vec best = x.column(0);
    for (i64 i = 1; i < x.length; ++i) best = larger_or_nan(best, x.column(i));
    return best;
}

// Replaces every number by the exponential of its distance from `shift`; returns their sums.
CONVOLENS_INLINE vec exponentials(ShortRows& x, vec shift) {
    return sum_columns(x.length, [&](i64 i) {
        const vec e = exp_of_negative(x.column(i) - shift);
        x.set_column(i, e);
        return e;
    });
}

// Calls body(first row, number of rows) for the rows from begin to end, kLanes at a time.
template <class Body>
CONVOLENS_INLINE void for_each_group(i64 begin, i64 end, Body body) {
    for (i64 row = begin; row < end; row += kLanes)
        body(row, end - row < kLanes ? end - row : kLanes);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
