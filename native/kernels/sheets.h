// Where windows of a gradient's row add up: neighbours overlap, and a load must wait for a store
// that it overlaps in part. So they go to sheets of their own, which are summed up in the end.
#pragma once

#include "kernels/source.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// A strip of a gradient's columns, with those that windows reach beyond its sides.
struct Strip {
    i64 column, columns;
    i64 first_output, last_output;  // the columns of outputs whose windows reach it
    i64 left;                       // the column of the first pixel, that of the strip or before
    i64 line;                       // floats of a row
};

// Args has the image's w and c, its outputs' q, strips, column_step and column_origin; a window
// reads `reach` columns behind its first one.
template <class Args>
Strip strip_of_gradient(const Args& args, i64 number, i64 reach) {
    Strip strip{};
    const i64 step = args.column_step, begin = args.column_origin, end = begin + reach;
    strip.column = args.w * number / args.strips;
    strip.columns = args.w * (number + 1) / args.strips - strip.column;
    const i64 behind = strip.column + strip.columns;
    // Output q reads from begin + q step to end + q step.
    strip.first_output = clamp((strip.column - end + step - 1) / step, 0, args.q);
    strip.last_output = clamp((behind - begin + step - 1) / step, strip.first_output, args.q);
    const i64 leftmost = begin + strip.first_output * step;
    const i64 rightmost = end + (strip.last_output - 1) * step + 1;
    const bool reached = strip.first_output < strip.last_output;
    strip.left = reached && leftmost < strip.column ? leftmost : strip.column;
    strip.line = ((rightmost > behind ? rightmost : behind) - strip.left) * args.c;
    return strip;
}

CONVOLENS_INLINE void add_bias(float* row, const float* bias, i64 columns, i64 c) {
    for (i64 column = 0; column < columns; ++column, row += c)
        for_each_register(0, c, [&](i64 i, auto lanes) {
            store(row + i, load(row + i, lanes) + load(bias + i, lanes), lanes);
        });
}

// Writes a row of a strip: what its sheets hold, each `sheet` floats behind the one before, and the
// bias if there is one.
CONVOLENS_INLINE void sum_sheets(const Strip& strip, const float* row, i64 sheets, i64 sheet,
                                 const float* bias, i64 c, float* to) {
    const float* from = row + (strip.column - strip.left) * c;
    for_each_register(0, strip.columns * c, [&](i64 i, auto lanes) {
        vec sum = load(from + i, lanes);
        for (i64 other = 1; other < sheets; ++other) sum += load(from + other * sheet + i, lanes);
        store(to + i, sum, lanes);
    });
    if (bias) add_bias(to, bias, strip.columns, c);
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
