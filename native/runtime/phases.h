// The phases of a stride, side by side as channels: an image as one of cells.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// image[n][height][width][channels], cells[n][rows][columns][down][right][channels]: pixel (i, j)
// of cell (r, c) is pixel (r down + i - top, c right + j - left) of the image, if there is one.
struct PhaseSizes {
    i64 n, height, width, channels;
    i64 rows, columns;
    i64 down, right;  // pixels of a cell
    i64 top, left;    // rows and columns before the image
};

// Fills the cells; those places where there is no pixel become zero.
void spread_phases(const PhaseSizes& sizes, const float* image, float* cells);

// Fills the image; pixels that are in no cell stay as they are.
void collect_phases(const PhaseSizes& sizes, const float* cells, float* image);

}  // namespace convolens
