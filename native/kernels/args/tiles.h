// Where tiles of outputs lie, and what they read.
#pragma once

#include "kernels/args/types.h"

namespace convolens {

// Along one axis. A tile's pixels and outputs lie `step` apart, the dilation of the taps.
struct TileAxis {
    i64 size, outputs;  // of what is read, and of outputs
    i64 x, y;           // floats from pixel to pixel, and from output to output
    i64 taps;
    i64 step;
    i64 origin;  // of output 0; negative in the padding
    i64 length;  // outputs of a tile
    i64 tiles;   // of an image
};

struct TileGrid {
    i64 n;
    i64 x_image, y_image;  // floats from image to image
    TileAxis rows, columns;
    bool down;  // a column's tiles are neighbours, rather than a row's

    i64 count() const { return n * rows.tiles * columns.tiles; }
};

}  // namespace convolens
