// What goes element by element.
#pragma once

#include "kernels/args/types.h"

namespace convolens {

// y[unit] = the sum of kSums numbers x, after `steps` times x = x factor + term. A unit is a
// register of y.
struct MultiplyAddArgs {
    static constexpr int kSums = 12;
    float* y;
    i64 steps;
    float factor, term;
};

// y = f(a, b), element by element. A unit is an element.
struct ElementwiseArgs {
    const float* a;
    const float* b;  // the second input, or null
    float* y;
    float factor;
    bool past = false;  // y is larger than the caches: short functions write it past them
};

// y = f(a), or f'(a) b, for a function f with two numbers. A unit is an element.
struct CurveArgs {
    const float* a;
    const float* b;  // upstream, or null
    float* y;
    float first, second;
};

// y = f(a, b, c), element by element. A unit is an element.
struct TernaryArgs {
    const float* a;
    const float* b;
    const float* c;
    float* y;
};

// y = a where the condition is not zero, else b. A step is 0 where one number is for all elements.
// A unit is an element.
struct WhereArgs {
    const unsigned char* condition;
    const float* a;
    const float* b;
    float* y;
    i64 condition_step, a_step, b_step;
};

// y = f(a, b), with rows of `inner` elements. Along a row each input has step 0 or 1; from row to
// row its offset follows from `extents` and strides, the last extent running fastest.
// A unit is a piece of a row.
struct BroadcastArgs {
    static constexpr int kAxes = 5;
    const float* a;
    const float* b;
    float* y;
    i64 inner;
    i64 piece;  // a unit is so many neighbours of a row, or what is left of it
    i64 a_step, b_step;
    int axes;
    i64 extents[kAxes];
    i64 a_strides[kAxes];
    i64 b_strides[kAxes];
    bool past;  // y is larger than the caches: one number times a row is written past them
};

// y = x or slope x, with a slope for each place of a row of `row` elements; the last row may be
// shorter. A unit is a row, and for the slopes' gradient `rows` of them, whose sums are y[unit].
struct PreluArgs {
    const float* x;
    const float* g;  // upstream, or null
    const float* slope;
    float* y;
    i64 size, row, rows;
};

// A unit is a block of 4 random numbers.
struct DropoutArgs {
    const float* x;
    float* y;
    i64 size;
    u64 seed, stream;
    u64 threshold;
    float scale;
};

// y = factor * x^exponent * b; where x is 0 and `zero_stays`, 0. A unit is an element.
struct PowerArgs {
    const float* x;
    const float* b;  // or null: 1
    float* y;
    double exponent, factor;
    bool zero_stays;
};

}  // namespace convolens
