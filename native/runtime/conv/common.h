// What the ways to compute a convolution share: taps, sizes of blocks, and their limits.
#pragma once

#include <vector>

#include "runtime/conv/conv.h"
#include "runtime/units.h"

namespace convolens {

// The rows that a block of outputs reads should stay in the first levels of cache.
constexpr i64 kBlockFloats = 16 * 1024;
// Strips that sums go over: shorter ones would take long to begin and to end.
constexpr i64 kSummedColumns = 128;
// The padded rows of one row of outputs may have at most 2 GiB.
constexpr i64 kLargestBlock = i64{1} << 29;

// The remainder that is never negative.
constexpr i64 modulo(i64 a, i64 b) {
    return (a % b + b) % b;
}

// The taps of a window, with the storage that Segments points to.
struct Taps {
    std::vector<i64> dy, dx;
    i64 run = 0, columns_per_run = 1;

    void add(i64 y, i64 x) {
        dy.push_back(y);
        dx.push_back(x);
    }

    Segments segments() const;
};

// Whether the taps of a kernel's row lie side by side, as what they read does.
bool rows_run_on(const ConvProblem& problem);

Taps forward_taps(const ConvProblem& problem);

// The convolution of one group.
ConvProblem one_group(const ConvProblem& problem);

// Every tap by itself.
Taps single_taps(const ConvProblem& problem);

// What taps read of a pixel: one number, or all that one output reads, and then together with those
// of the pixels beside it where they lie side by side.
enum class Runs { kSingle, kChannels };

// The pixels of an image whose row and column leave the same remainders when divided by the stride
// are read by the same taps: seen from the gradient, each such phase is a convolution with stride
// 1.
struct TapPhase {
    i64 top, left;
    Taps taps;
    std::vector<i64> weights;  // which taps of the kernel they are

    TapPhase(const ConvProblem& problem, i64 top, i64 left, Runs runs);
};

// All of them, by single taps.
std::vector<TapPhase> tap_phases(const ConvProblem& problem);

// As many rows of outputs as share weights that are too many for the first level of cache.
i64 largest_row_block(i64 rows, i64 row_floats);

// How many rows of outputs make a unit of work, if there should be at least `units`.
i64 choose_row_block(i64 images, i64 rows, i64 row_floats, i64 units = kUnits);

// Into how many strips the columns of so many rows are cut, so that there is work for all threads
// and no row leaves the caches: one where rows are enough, and short. Those that are cut for
// threads have at least `shortest` columns. Rows of one image, where its bits may not depend on the
// batch.
i64 strips_of(i64 rows, i64 columns, i64 shortest = 64);

// The floats of one padded row that a row of outputs reads.
// Throws std::invalid_argument if they are more than a block may have.
i64 line_floats(const Segments& taps, i64 columns, i64 column_step, i64 channels);

// The floats of the padded rows that `rows` rows of outputs read. Throws likewise.
i64 block_floats(const Segments& taps, i64 rows, i64 row_step, i64 line);

// The arguments of a forward pass that all kernels take alike.
WindowArgs forward_args(const ConvProblem& problem, const Taps& taps, const float* x,
                        const float* bias, float* y);

// The same of a phase of the input gradient, for the pixels from (top, left); dx has `channels`.
WindowArgs phase_args(const ConvProblem& problem, i64 top, i64 left, const Taps& taps,
                      const float* g, const float* bias, float* dx, i64 channels);

// Those of an input gradient whose windows add to what they read; its blocks of rows are missing.
ScatteredArgs scattered_args(const ConvProblem& problem, const float* packed, const float* g,
                             const float* bias, float* dx);

// The same of a weight gradient.
WeightGradArgs weight_grad_args(const ConvProblem& problem, const Taps& taps, const float* x,
                                const float* g);

}  // namespace convolens
