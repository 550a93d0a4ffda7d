// A photograph through kernels, tile by tile: pixels in, pixels out, floats only within a tile.
#pragma once

#include <span>
#include <vector>

#include "kernels/kernels.h"

namespace convolens {

// A grid of weights; neighbouring columns lie `dilation` floats apart.
struct FilterPass {
    FilterPass(const float* weight, i64 rows, i64 columns, i64 dilation);

    const float* weight;
    i64 rows, columns;
    i64 reach;                // floats from the first column to the last
    std::vector<i64> dy, dx;  // of each weight
};

// Grids that run one after the other.
using FilterChain = std::vector<FilterPass>;

struct FilterProblem {
    const void* pixels;  // [h][pixel_row], `channels` side by side
    i64 pixel_row;
    bool wide;                           // 16 bits, or 8
    std::span<const i64> rows, columns;  // the pixel of each cell of the padded axes, or -1
    i64 channels;
    i64 kernel[2];
    // The results of a direction's chains are added; of two directions the length counts.
    std::vector<FilterChain> directions[2];
    void* result;
    i64 result_row;
    float largest, shift;
    bool absolute;
};

void filter(const FilterProblem& problem);

}  // namespace convolens
