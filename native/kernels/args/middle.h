// Along the middle axis of an array [outer][length][inner].
#pragma once

#include "kernels/args/types.h"

namespace convolens {

// An array [outer][length][inner], seen along its middle axis. A unit is (o, chunk of the middle
// axis, block of columns).
struct MiddleAxis {
    i64 length, inner;
    i64 chunk, chunks;
    i64 block, blocks;
};

// y[o][i] = factor * sum over r of term(x[o][r][i], c[o][i]), or the root of that; if there are
// several chunks, partial[o][chunk][i] = sum over r in chunk of these terms.
struct SumArgs {
    MiddleAxis axis;
    const float* x;
    const float* c;   // or null
    double* partial;  // or null
    float* y;
    double factor;
    bool root;
};

// y[o][i] = factor * sum over r of x[o][r][i], or the root of that.
struct PartialArgs {
    MiddleAxis axis;
    const double* x;
    float* y;
    double factor;
    bool root;
};

// y[o][i] = the product over r of x[o][r][i]; if there are several chunks, partial[o][chunk][i] =
// the product over r in chunk.
struct ProductArgs {
    static constexpr i64 kChunk = 256;  // at most
    MiddleAxis axis;
    const float* x;
    double* partial;  // or null
    float* y;
};

// y[o][i] = the product over r of x[o][r][i], or others[o][r][i] = that over all r' but r. One
// chunk.
struct PartialProductArgs {
    MiddleAxis axis;
    const double* x;
    float* y;
    double* others;
};

// dx[o][r][i] = g[o][i] others[o][chunk of r][i] times the product over all r' of the chunk but r
// of x[o][r'][i], in chunks of at most ProductArgs::kChunk.
struct ProductGradArgs {
    MiddleAxis axis;
    const float* x;
    const float* g;
    const double* others;  // the product of all other chunks, or null where there are none
    float* dx;
};

// y[o][chunk][i] = the largest, or smallest, x[o][r][i] with r in chunk.
struct ExtremeArgs {
    MiddleAxis axis;
    const float* x;
    float* y;
};

// y[o][i] = the r of the first largest, or smallest, x[o][r][i]. One chunk.
struct ArgExtremeArgs {
    MiddleAxis axis;
    const float* x;
    i64* y;
};

// y[o][r][i] = share[o][i] where x[o][r][i] = c[o][i], else 0; or, without c, with the sign of x.
struct ShareArgs {
    MiddleAxis axis;
    const float* x;
    const float* c;  // or null
    const float* share;
    float* y;
};

// y[o][r][i] = sum over r' <= r of x[o][r'][i], or over r' >= r if `reverse`. One chunk.
struct ScanArgs {
    MiddleAxis axis;
    const float* x;
    float* y;
    bool reverse;
};

// Softmax and its kin along the middle axis, with more than one column. One chunk.
struct ColumnsArgs {
    MiddleAxis axis;
    const float* a;
    const float* b;  // the second input, or null
    float* y;
};

}  // namespace convolens
