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

// What `normalize` does to a column: y = (x - centre) scale + shift.
struct ColumnNumbers {
    float* centre;
    float* scale;
    float* shift;
};

// The same numbers for each column, from these of the sets and of the columns. Weight and bias may
// be null. `folds` rows are taken as one, [outer][folds][inner].
void numbers_of_columns(const ColumnSets& sets, i64 folds, const float* mean, const float* variance,
                        const float* weight, const float* bias, double eps,
                        const ColumnNumbers& numbers);

// y = (x - mean) / sqrt(variance + eps) weight + bias + addend; with `relu`, negative ones become
// zero and those above `most` become that. Weight and bias are for columns, the addend is like x;
// each may be null.
void normalize(const ColumnSets& sets, const float* x, const float* mean, const float* variance,
               const float* weight, const float* bias, const float* addend, bool relu, float most,
               float* y, double eps);

// plain[outer][inner] = sum of g, product[outer][inner] = sum of g (x - mean) / sqrt(variance +
// eps).
void normalize_sums(const ColumnSets& sets, const float* x, const float* mean,
                    const float* variance, const float* g, float* plain, float* product,
                    double eps);

// The gradient of normalize towards x, from these sums.
void normalize_grad(const ColumnSets& sets, const float* x, const float* mean,
                    const float* variance, const float* plain, const float* product, const float* g,
                    const float* weight, float* dx, double eps);

// The same where mean and variance do not depend on x: dx = g weight / sqrt(variance + eps).
void normalize_fixed_grad(const ColumnSets& sets, const float* g, const float* variance,
                          const float* weight, float* dx, double eps);

// plain[column] = sum over rows of g, product[column] = sum of g (x - mean) / sqrt(variance + eps),
// with a mean and a variance for each row.
void sums_of_rows(i64 rows, i64 length, const float* x, const float* mean, const float* variance,
                  const float* g, float* plain, float* product, double eps);

// The columns of an array [outer][reduced][inner], each with a mean and a variance; weight and bias
// belong to the places along a column, or are null.
void normalize_across(const ColumnSets& sets, const float* x, const float* mean,
                      const float* variance, const float* weight, const float* bias, float* y,
                      double eps);

// The gradient of it towards x.
void normalize_across_grad(const ColumnSets& sets, const float* x, const float* mean,
                           const float* variance, const float* g, const float* weight, float* dx,
                           double eps);

// plain[place] = sum over columns of g, product[place] = sum of g (x - mean) / sqrt(variance +
// eps).
void sums_across(const ColumnSets& sets, const float* x, const float* mean, const float* variance,
                 const float* g, float* plain, float* product, double eps);

}  // namespace convolens
