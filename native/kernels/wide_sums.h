// Sums of rows in double precision, which lie in memory: rows are read as they lie there, whole and
// one after the other, which processors follow by themselves.
#pragma once

#include "kernels/kernels.h"
#include "simd/wide.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Terms, rows of them or registers of a row, that are added up in single precision before they
// become doubles.
constexpr i64 kShort = 4;

// So many rows as a type, so that loops over them unroll.
template <i64 Count>
struct Rows {
    constexpr operator i64() const { return Count; }
};

// Calls body(first row, rows) for kShort rows at a time, then for those that are left.
template <class Body>
CONVOLENS_INLINE void for_each_short(i64 rows, Body&& body) {
    i64 row = 0;
    for (; row + kShort <= rows; row += kShort) body(row, Rows<kShort>{});
    if (row < rows) body(row, rows - row);
}

// Adds to the sums of a register of columns.
template <class Lanes>
CONVOLENS_INLINE void add_to(double* sums, vec terms, Lanes lanes) {
    store(sums, load(sums, lanes) + widen(terms), lanes);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
