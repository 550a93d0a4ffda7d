#include "runtime/normalize.h"

#include <algorithm>
#include <vector>

#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/middle.h"
#include "runtime/past.h"

namespace convolens {
namespace {

constexpr i64 kChunkFloats = 16384;  // floats, of many columns
constexpr i64 kFewestRows = 16;
constexpr i64 kMomentsBlock = 1024;
constexpr i64 kAcrossBlock = 64;  // about, of columns
constexpr i64 kAcrossLanes = 16;
constexpr i64 kManyOuter = 4;       // so many share out the work without cutting columns
constexpr i64 kAffineBlock = 8192;  // floats
constexpr i64 kNearFloats = 512 * 1024;
// Rows of few channels are taken several at once, so that they fill registers, and so that a sum in
// memory is not added to again at once.
constexpr i64 kMostFolds = 16;
constexpr i64 kManyColumns = 2048;
constexpr i64 kFewColumns = 64;
constexpr double kInverseRoot = 2.0;  // nanoseconds

// Columns in blocks of whole registers and about one size.
i64 across_block(i64 inner) {
    const i64 blocks = std::max<i64>(1, (inner + kAcrossBlock / 2) / kAcrossBlock);
    const i64 columns = divide_up(inner, blocks);
    return divide_up(columns, kAcrossLanes) * kAcrossLanes;
}

// How many rows are taken as one.
i64 folds_of(const ColumnSets& sets) {
    const i64 columns = sets.inner % kMostFolds ? kManyColumns : kFewColumns;
    i64 folds = 1;
    while (folds < kMostFolds && 2 * folds * sets.inner <= columns &&
           sets.reduced % (2 * folds) == 0)
        folds *= 2;
    return folds;
}

ColumnChunks chunks_of(i64 reduced, i64 inner, double* partial) {
    ColumnChunks columns{};
    columns.reduced = reduced;
    columns.inner = inner;
    columns.chunk =
        std::clamp<i64>(kChunkFloats / inner, kFewestRows, std::max(reduced, kFewestRows));
    columns.chunks = divide_up(reduced, columns.chunk);
    columns.block = std::min(inner, kMomentsBlock);
    columns.blocks = divide_up(inner, columns.block);
    columns.partial = partial;
    return columns;
}

std::size_t floats_of_partial(const ColumnChunks& columns, i64 outer) {
    return static_cast<std::size_t>(4 * outer * columns.chunks * columns.inner);
}

double elements(const ColumnChunks& columns) {
    return static_cast<double>(std::min(columns.chunk, columns.reduced)) *
           static_cast<double>(columns.block);
}

// 1 / sqrt(variance + eps) for each set.
std::vector<double> factors_of(i64 count, const Norm& norm) {
    std::vector<double> factors(static_cast<std::size_t>(count));
    launch(kernels().inverse_roots, InverseRootArgs{norm.variance, factors.data(), norm.eps}, count,
           kInverseRoot);
    return factors;
}

std::vector<float> rounded_factors_of(i64 count, const Norm& norm) {
    const std::vector<double> exact = factors_of(count, norm);
    return {exact.begin(), exact.end()};
}

double weight_of(const Norm& norm, i64 column) {
    return norm.weight ? static_cast<double>(norm.weight[column]) : 1.0;
}

// Calls body(place among outer x folds x inner, set, column) for every column of folded rows.
template <class Body>
void for_each_column(const ColumnSets& sets, i64 folds, Body&& body) {
    const i64 width = sets.width();
    for (i64 outer = 0; outer < sets.outer; ++outer)
        for (i64 fold = 0; fold < folds; ++fold) {
            const i64 first = (outer * folds + fold) * sets.inner;
            if (width == 1) {
                for (i64 set = 0; set < sets.sets; ++set)
                    body(first + set, outer * sets.sets + set, set);
                continue;
            }
            for (i64 set = 0; set < sets.sets; ++set)
                for (i64 i = 0; i < width; ++i)
                    body(first + set * width + i, outer * sets.sets + set, set * width + i);
        }
}

ColumnsAffineArgs affine_args(const ColumnSets& sets, i64 folds, float* y) {
    ColumnsAffineArgs args{};
    args.rows = sets.reduced / folds;
    args.inner = folds * sets.inner;
    args.block = std::clamp<i64>(kAffineBlock / args.inner, 1, std::max<i64>(1, args.rows));
    args.blocks = divide_up(args.rows, args.block);
    args.y = y;
    args.past = goes_past(y, sets.outer * sets.reduced * sets.inner, args.inner);
    args.far = sets.outer * sets.reduced * sets.inner > kNearFloats;
    return args;
}

void launch_affine(decltype(KernelTable::columns_affine) kernel, const ColumnsAffineArgs& args,
                   i64 outer) {
    launch(kernel, args, outer * args.blocks,
           kElement * static_cast<double>(args.block * args.inner));
}

}  // namespace

void moments(const ColumnSets& sets, const float* x, float* mean, float* variance) {
    if (sets.inner == 1 && sets.reduced <= kChunkFloats) {
        launch(kernels().row_moments, RowMomentsArgs{x, mean, variance, sets.reduced}, sets.outer,
               kElement * static_cast<double>(sets.reduced) + 20);
        return;
    }
    if (sets.width() == 1 && sets.outer >= kManyOuter && sets.inner >= kMostFolds &&
        sets.reduced <= kChunkFloats) {
        const MiddleAxis axis = in_one_piece(sets.reduced, sets.inner, across_block(sets.inner));
        launch(kernels().moments_across, MomentsAcrossArgs{axis, x, mean, variance},
               units(axis, sets.outer), kElement * elements(axis));
        return;
    }
    const i64 folds = folds_of(sets);
    ColumnChunks columns = chunks_of(sets.reduced / folds, folds * sets.inner, nullptr);
    const Buffer partial(floats_of_partial(columns, sets.outer));
    columns.partial = reinterpret_cast<double*>(partial.data());
    const MomentsArgs args{columns, x};
    // What comes next reads x again, forwards.
    launch(kernels().moments, args, sets.outer * columns.chunks * columns.blocks,
           kElement * elements(columns), static_cast<std::size_t>(columns.block),
           Order::kBackwards);
    const MergeMomentsArgs merge{columns, folds, sets.sets, sets.width(), mean, variance};
    launch(kernels().merge_moments, merge, sets.outer,
           kElement * static_cast<double>(4 * columns.chunks * columns.inner),
           static_cast<std::size_t>(4 * columns.inner));
}

void numbers_of_columns(const ColumnSets& sets, i64 folds, const Norm& norm,
                        const ColumnNumbers& numbers) {
    const std::vector<double> factors = factors_of(sets.outer * sets.sets, norm);
    for_each_column(sets, folds, [&](i64 at, i64 set, i64 column) {
        const double w = weight_of(norm, column);
        numbers.centre[at] = norm.mean[set];
        numbers.scale[at] = static_cast<float>(factors[static_cast<std::size_t>(set)] * w);
        numbers.shift[at] = norm.bias ? norm.bias[column] : 0.0f;
    });
}

void normalize(const ColumnSets& sets, const Norm& norm, const float* x, const NormEnd& end,
               float* y) {
    const i64 folds = folds_of(sets), count = sets.outer * folds * sets.inner;
    const Buffer buffer(static_cast<std::size_t>(3 * count));
    float* first = buffer.data();
    const ColumnNumbers numbers{first, first + count, first + 2 * count};
    numbers_of_columns(sets, folds, norm, numbers);
    ColumnsAffineArgs args = affine_args(sets, folds, y);
    args.x = x;
    args.centre = numbers.centre;
    args.scale = numbers.scale;
    args.shift = numbers.shift;
    args.addend = end.addend;
    args.relu = end.relu;
    args.most = end.most;
    launch_affine(kernels().columns_affine, args, sets.outer);
}

void normalize_sums(const ColumnSets& sets, const Norm& norm, const float* x, const float* g,
                    float* sums) {
    const i64 folds = folds_of(sets), numbers = sets.outer * sets.inner;
    ColumnChunks columns = chunks_of(sets.reduced / folds, folds * sets.inner, nullptr);
    const Buffer buffer(static_cast<std::size_t>((folds + 1) * numbers));
    float* centre = buffer.data();
    float* scale = centre + folds * numbers;
    for_each_column(sets, folds, [&](i64 at, i64 set, i64) { centre[at] = norm.mean[set]; });
    const std::vector<double> factors = factors_of(sets.outer * sets.sets, norm);
    for_each_column(sets, 1, [&](i64 at, i64 set, i64) {
        scale[at] = static_cast<float>(factors[static_cast<std::size_t>(set)]);
    });
    const Buffer partial(floats_of_partial(columns, sets.outer));
    columns.partial = reinterpret_cast<double*>(partial.data());
    const CentredSumsArgs args{columns, x, g, centre, nullptr};
    launch(kernels().centred_sums, args, sets.outer * columns.chunks * columns.blocks,
           2 * kElement * elements(columns), 0, Order::kBackwards);
    const MergeSumsArgs merge{columns, folds, sets.inner, scale, sums, sums + numbers};
    launch(kernels().merge_sums, merge, sets.outer,
           kElement * static_cast<double>(4 * columns.chunks * columns.inner));
}

void normalize_grad(const ColumnSets& sets, const Norm& norm, const float* sums, const float* x,
                    const float* g, float* dx) {
    const i64 folds = folds_of(sets), numbers = sets.outer * folds * sets.inner;
    const Buffer buffer(static_cast<std::size_t>(4 * numbers));
    float* centre = buffer.data();
    float* scale = centre + numbers;
    float* shift = scale + numbers;
    float* slope = shift + numbers;
    const float* products = sums + sets.outer * sets.inner;
    // The means of w g and of w g xhat over each set.
    const auto all = static_cast<std::size_t>(sets.outer * sets.sets);
    std::vector<double> first(all), second(all);
    for_each_column(sets, 1, [&](i64 at, i64 set, i64 column) {
        const auto place = static_cast<std::size_t>(set);
        const double w = weight_of(norm, column);
        first[place] += w * static_cast<double>(sums[at]) / sets.count();
        second[place] += w * static_cast<double>(products[at]) / sets.count();
    });
    const std::vector<double> factors = factors_of(sets.outer * sets.sets, norm);
    for_each_column(sets, folds, [&](i64 at, i64 set, i64 column) {
        const auto place = static_cast<std::size_t>(set);
        const double f = factors[place];
        centre[at] = norm.mean[set];
        scale[at] = static_cast<float>(f * weight_of(norm, column));
        shift[at] = static_cast<float>(f * first[place]);
        slope[at] = static_cast<float>(f * f * second[place]);
    });
    ColumnsAffineArgs args = affine_args(sets, folds, dx);
    args.x = x;
    args.g = g;
    args.centre = centre;
    args.scale = scale;
    args.shift = shift;
    args.slope = slope;
    launch_affine(kernels().columns_affine_grad, args, sets.outer);
}

void normalize_fixed_grad(const ColumnSets& sets, const Norm& norm, const float* g, float* dx) {
    const std::vector<float> zeros(static_cast<std::size_t>(sets.outer * sets.sets));
    normalize(sets, {zeros.data(), norm.variance, norm.eps, norm.weight}, g, {}, dx);
}

void sums_of_rows(i64 rows, i64 length, const Norm& norm, const float* x, const float* g,
                  float* sums) {
    ColumnChunks columns = chunks_of(rows, length, nullptr);
    const std::vector<float> factors = rounded_factors_of(rows, norm);
    const Buffer partial(floats_of_partial(columns, 1));
    columns.partial = reinterpret_cast<double*>(partial.data());
    const CentredSumsArgs args{columns, x, g, norm.mean, factors.data()};
    launch(kernels().centred_sums, args, columns.chunks * columns.blocks,
           2 * kElement * elements(columns));
    const MergeSumsArgs merge{columns, 1, length, nullptr, sums, sums + length};
    launch(kernels().merge_sums, merge, 1,
           kElement * static_cast<double>(4 * columns.chunks * columns.inner));
}

void normalize_across(const ColumnSets& sets, const Norm& norm, const float* x, float* y) {
    const std::vector<float> factors = rounded_factors_of(sets.outer * sets.inner, norm);
    const i64 chunk = std::clamp<i64>(kAffineBlock / sets.inner, 1, sets.reduced);
    NormalizeAcrossArgs args{};
    args.axis = cut_middle(sets.reduced, sets.inner, chunk, across_block(sets.inner));
    args.x = x;
    args.y = y;
    args.mean = norm.mean;
    args.factor = factors.data();
    args.weight = norm.weight;
    args.bias = norm.bias;
    launch(kernels().normalize_across, args, units(args.axis, sets.outer),
           kElement * elements(args.axis));
}

void normalize_across_grad(const ColumnSets& sets, const Norm& norm, const float* x, const float* g,
                           float* dx) {
    const std::vector<float> factors = rounded_factors_of(sets.outer * sets.inner, norm);
    NormalizeAcrossArgs args{};
    args.axis = in_one_piece(sets.reduced, sets.inner, across_block(sets.inner));
    args.x = x;
    args.g = g;
    args.y = dx;
    args.mean = norm.mean;
    args.factor = factors.data();
    args.weight = norm.weight;
    launch(kernels().normalize_across_grad, args, units(args.axis, sets.outer),
           2 * kElement * elements(args.axis));
}

void sums_across(const ColumnSets& sets, const Norm& norm, const float* x, const float* g,
                 float* sums) {
    const std::vector<float> factors = rounded_factors_of(sets.outer * sets.inner, norm);
    const Buffer buffer(static_cast<std::size_t>(4 * sets.outer * sets.reduced));
    double* partial = reinterpret_cast<double*>(buffer.data());
    const SumsAcrossArgs args{x, g, norm.mean, factors.data(), partial, sets.reduced, sets.inner};
    launch(kernels().sums_across, args, sets.outer * sets.reduced,
           2 * kElement * static_cast<double>(sets.inner) + 20);
    ColumnChunks columns{};
    columns.inner = sets.reduced;
    columns.chunks = sets.outer;
    columns.partial = partial;
    const MergeSumsArgs merge{columns, 1, sets.reduced, nullptr, sums, sums + sets.reduced};
    launch(kernels().merge_sums, merge, 1,
           kElement * static_cast<double>(4 * sets.outer * sets.reduced));
}

}  // namespace convolens
