// Means and variances, and what is brought to them.
#pragma once

#include "kernels/args/middle.h"
#include "kernels/args/types.h"

namespace convolens {

// A unit is a pixel, that is a row of C channels.
struct ResponseNormArgs {
    const float* x;
    const float* g;  // upstream, or null when the output is computed
    float* y;
    i64 channels, before, after;
    float k, factor, beta;
};

// An array [outer][reduced][inner] cut into chunks of the middle axis and blocks of columns. Of
// each chunk two doubles a column go to partial[outer][chunk][2][inner]. A unit is (outer, chunk,
// block).
struct ColumnChunks {
    i64 reduced, inner;
    i64 chunk, chunks;
    i64 block, blocks;
    double* partial;
};

// The mean of each column of a chunk, and the sum of its squared deviations.
struct MomentsArgs {
    ColumnChunks columns;
    const float* x;
};

// m[0][set], m[1][set] = mean and variance of the columns fold * channels + set * width + i, where
// i < width. A unit is an outer index, with `sets` sets. Scratch: 2 inner doubles.
struct MergeMomentsArgs {
    ColumnChunks columns;
    i64 folds, sets, width;
    float* mean;
    float* variance;
};

// factor = 1 / sqrt(variance + eps). A unit is a number.
struct InverseRootArgs {
    const float* variance;
    double* factor;
    double eps;
};

// The sum of g and the sum of g (x - centre) of each column of a chunk. `centre` has a number for
// each column of each outer index, or, with `factor`, both have one for each row: g (x - centre)
// factor.
struct CentredSumsArgs {
    ColumnChunks columns;
    const float* x;
    const float* g;
    const float* centre;
    const float* factor;  // or null
};

// plain[outer][c], product[outer][c] = these sums of the columns fold * channels + c, the second
// times scale[outer][c]. A unit is an outer index.
struct MergeSumsArgs {
    ColumnChunks columns;
    i64 folds, channels;
    const float* scale;  // or null
    float* plain;
    float* product;
};

// y = (x - centre) scale + shift + addend, with `relu` from 0 to `most`; or, with g, y = g scale -
// shift - (x - centre) slope; each by columns of an outer index. A unit is (outer, block of rows).
struct ColumnsAffineArgs {
    const float* x;
    const float* g;  // or null
    float* y;
    i64 rows, inner;
    i64 block, blocks;  // of rows
    const float* centre;
    const float* scale;
    const float* shift;
    const float* slope;
    const float* addend;  // like x, or null
    float most;           // what larger results become, with `relu`
    bool relu;            // negative results become zero
    bool far;             // what is read and written is more than stays near
    bool past;            // y is larger than the caches, and written past them
};

// Mean and variance of each row. A unit is a row.
struct RowMomentsArgs {
    const float* x;
    float* mean;
    float* variance;
    i64 length;
};

// Rows brought to mean 0 and variance 1, times weight, plus bias; or, with g, the gradient of that.
// A unit is a row.
struct NormalizeRowsArgs {
    const float* x;
    const float* g;  // or null
    float* y;
    i64 length;
    const float* mean;
    const float* variance;
    float eps;
    const float* weight;  // or null
    const float* bias;    // or null
};

// Mean and variance of each column along the middle axis. A unit has whole columns.
struct MomentsAcrossArgs {
    MiddleAxis axis;
    const float* x;
    float* mean;      // [outer][inner]
    float* variance;  // [outer][inner]
};

// Columns along the middle axis brought to mean 0, times a factor, times weight, plus bias; or,
// with g, the gradient of that. A unit of the gradient has whole columns.
struct NormalizeAcrossArgs {
    MiddleAxis axis;
    const float* x;
    const float* g;  // or null
    float* y;
    const float* mean;    // [outer][inner]
    const float* factor;  // [outer][inner]
    const float* weight;  // [length], or null
    const float* bias;    // [length], or null
};

// partial[outer][2][length]: the sums over a row of g, and of g (x - mean) factor. A unit is a row.
struct SumsAcrossArgs {
    const float* x;
    const float* g;
    const float* mean;    // [outer][inner]
    const float* factor;  // [outer][inner]
    double* partial;
    i64 length, inner;
};

}  // namespace convolens
