// Rows, and losses of them.
#pragma once

#include "kernels/args/types.h"

namespace convolens {

// Rows of `length` contiguous elements. A unit is a row.
struct RowsArgs {
    const float* a;
    const float* b;  // the second input, or null
    float* y;
    i64 length;
};

// A unit is a row of K logits.
struct CrossEntropyArgs {
    const float* logits;
    const i64* labels;
    const float* g;  // upstream, or null when the loss is computed
    i64 g_step;      // 0 where one number is for all rows
    float factor;
    float* y;
    i64 classes;
};

// A loss of scores against labels, where labels may count differently or not at all. A unit is a
// row of K scores.
struct LabelArgs {
    const float* x;
    const i64* labels;    // in range, or `ignored`
    const float* weight;  // of each class, or null
    i64 ignored;
    i64 classes;
    float own, every;  // shares of the loss: of the label's class, and of each class
    float weights;     // the sum of all weights
    const float* g;    // upstream, or null when the loss is computed
    i64 g_step;        // 0 where one number is for all rows
    float factor;      // of g
    float* y;          // the losses, or the gradient
    float* counts;     // how much each label counts; not where the gradient is computed
};

// A loss of pairs x[i], t[i], weighted by w[i] and p[i] where these are not null. A unit is a part
// of kPart elements, whose losses are added up into y[part], or left in y; a gradient's is an
// element.
struct PairLossArgs {
    static constexpr i64 kPart = 4096;
    const float* x;
    const float* t;
    const float* w;
    const float* p;
    const float* g;  // upstream, or null when the loss is computed
    i64 g_step;      // 0 where one number is for all elements
    float factor;    // of g
    float* y;
    i64 size;
    bool each;        // the losses are left as they are
    float parameter;  // such as where a parabola ends
    float* outside;   // of each part: not 0 where an input is outside its range; or null
};

// Distances of rows of `length` numbers of a and b, or their gradient. A unit is a row.
struct DistanceArgs {
    const float* a;
    const float* b;
    const float* distance;  // the last two only for the gradient
    const float* g;
    float* y;
    i64 length;
    float eps;
    bool squares;  // the root of a sum of squares, or the sum of the sizes
};

}  // namespace convolens
