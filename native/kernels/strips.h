// Blocks of rows of a strip of columns: what units of work, and slots of sums, are made of.
#pragma once

#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The same outputs, but those of a strip of their columns only, as if it had no neighbours.
[[maybe_unused]] WindowArgs strip_of(const WindowArgs& args, i64 strip) {
    const i64 first = args.columns * strip / args.strips;
    WindowArgs own = args;
    own.columns = args.columns * (strip + 1) / args.strips - first;
    own.column_origin += first * args.column_step;
    own.y += first * args.y_column;
    return own;
}

[[maybe_unused]] WeightGradArgs strip_of(const WeightGradArgs& args, i64 strip) {
    const i64 first = args.q * strip / args.strips;
    WeightGradArgs own = args;
    own.q = args.q * (strip + 1) / args.strips - first;
    own.column_origin += first * args.column_step;
    own.g += first * args.groups * args.group_outputs;
    return own;
}

// The columns of the widest strip.
CONVOLENS_INLINE i64 widest_strip(const WeightGradArgs& args) {
    return divide_up(args.q, args.strips);
}

struct BlockPlace {
    i64 part, image, strip, first_row, rows;
};

// Where a block lies, one of all parts and images, whose rows are `rows`. Blocks of one strip
// follow one another: rows that two of them read are still near.
template <class Args>
CONVOLENS_INLINE BlockPlace place_of_block(const Args& args, i64 rows, i64 number) {
    const i64 first = number % args.row_blocks * args.row_block, left = rows - first;
    const i64 strips = number / args.row_blocks, images = strips / args.strips;
    return {images / args.n, images % args.n, strips % args.strips, first,
            left < args.row_block ? left : args.row_block};
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
