// Normalisations of an array [outer][reduced][inner]: columns in sets with a mean and a variance.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// Each outer index has `sets` sets, each of inner / sets neighbouring columns.
struct ColumnSets {
    i64 outer, reduced, inner, sets;

    i64 width() const { return inner / sets; }
    double count() const { return static_cast<double>(reduced) * static_cast<double>(width()); }
};

// mean[outer][set], variance[outer][set].
void moments(const ColumnSets& sets, const float* x, float* mean, float* variance);

// What numbers are normalised by: (x - mean) / sqrt(variance + eps) weight + bias. Weight and bias
// may be null.
struct Norm {
    const float* mean;
    const float* variance;
    double eps;
    const float* weight = nullptr;
    const float* bias = nullptr;
};

// What is added then, which may be null; with `relu`, negative numbers become zero and those above
// `most` become that.
struct NormEnd {
    const float* addend = nullptr;
    bool relu = false;
    float most = 0;
};

// What `normalize` does to a column: y = (x - centre) scale + shift.
struct ColumnNumbers {
    float* centre;
    float* scale;
    float* shift;
};

// Means and variances are those of the sets, weights and biases those of the inner columns. `folds`
// rows are taken as one, [outer][folds][inner].
void numbers_of_columns(const ColumnSets& sets, i64 folds, const Norm& norm,
                        const ColumnNumbers& numbers);

// y = x, normalised. The addend is like x.
void normalize(const ColumnSets& sets, const Norm& norm, const float* x, const NormEnd& end,
               float* y);

// sums[2][outer][inner]: over the rows, of g and of g (x - mean) / sqrt(variance + eps).
void normalize_sums(const ColumnSets& sets, const Norm& norm, const float* x, const float* g,
                    float* sums);

// The gradient of normalize towards x, from these sums.
void normalize_grad(const ColumnSets& sets, const Norm& norm, const float* sums, const float* x,
                    const float* g, float* dx);

// The same where mean and variance do not depend on x: dx = g weight / sqrt(variance + eps).
void normalize_fixed_grad(const ColumnSets& sets, const Norm& norm, const float* g, float* dx);

// sums[2][length]: the same over rows that have a mean and a variance each.
void sums_of_rows(i64 rows, i64 length, const Norm& norm, const float* x, const float* g,
                  float* sums);

// The columns of an array [outer][reduced][inner], each with a mean and a variance; weight and bias
// belong to the places along a column.
void normalize_across(const ColumnSets& sets, const Norm& norm, const float* x, float* y);

// The gradient of it towards x.
void normalize_across_grad(const ColumnSets& sets, const Norm& norm, const float* x, const float* g,
                           float* dx);

// sums[2][reduced]: the same over columns.
void sums_across(const ColumnSets& sets, const Norm& norm, const float* x, const float* g,
                 float* sums);

}  // namespace convolens
