// Where a tile of outputs lies, and the pixels that it reads.
#pragma once

#include "kernels/args/tiles.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Where the outputs of a tile begin along an axis, and how many it has inside of the image.
struct TileSpan {
    i64 begin, count;

    // Tiles of neighbouring places lie between each other.
    CONVOLENS_INLINE TileSpan(const TileAxis& axis, i64 tile) {
        i64 left;
        if (axis.step == 1) {  // without divisions
            begin = tile * axis.length;
            left = axis.outputs - begin;
        } else {
            begin = tile / axis.step * axis.step * axis.length + tile % axis.step;
            left = (axis.outputs - begin + axis.step - 1) / axis.step;
        }
        count = left < axis.length ? left : axis.length;
    }
};

struct TilePlace {
    i64 image;
    TileSpan rows, columns;

    // Of a tile that is counted over the whole batch.
    CONVOLENS_INLINE static TilePlace of(const TileGrid& grid, i64 tile) {
        const i64 per_image = grid.rows.tiles * grid.columns.tiles;
        const i64 image = tile / per_image, at = tile % per_image;
        const i64 line = grid.down ? grid.rows.tiles : grid.columns.tiles;
        const i64 first = at / line, second = at % line;
        return {image,
                {grid.rows, grid.down ? second : first},
                {grid.columns, grid.down ? first : second}};
    }
};

// The first pixel that a tile reads, which may lie outside of the image.
CONVOLENS_INLINE const float* first_pixel(const TileGrid& grid, const TilePlace& place,
                                          const float* x) {
    return x + place.image * grid.x_image + (grid.rows.origin + place.rows.begin) * grid.rows.x +
           (grid.columns.origin + place.columns.begin) * grid.columns.x;
}

// The first output of a tile.
template <class Float>
CONVOLENS_INLINE Float* first_output(const TileGrid& grid, const TilePlace& place, Float* y) {
    return y + place.image * grid.y_image + place.rows.begin * grid.rows.y +
           place.columns.begin * grid.columns.y;
}

// Where the pixels [row][column] of a tile lie. Those outside of the image are read from a pixel of
// zeros: then all tiles are read by the same instructions, and a compiler has no zeros to make
// other ones for.
template <int Rows, int Columns>
struct Pixels {
    const float* at[Rows * Columns];

    // The pixels that a tile of outputs reads.
    CONVOLENS_INLINE static Pixels read_by(const TileGrid& grid, const TilePlace& place,
                                           const float* x, const float* zeros) {
        const TileAxis &rows = grid.rows, &columns = grid.columns;
        return {first_pixel(grid, place, x),
                {rows.origin + place.rows.begin, rows.size, rows.step, rows.x},
                {columns.origin + place.columns.begin, columns.size, columns.step, columns.x},
                zeros};
    }

    // The outputs of a tile themselves.
    CONVOLENS_INLINE static Pixels of(const TileGrid& grid, const TilePlace& place, const float* y,
                                      const float* zeros) {
        const TileAxis &rows = grid.rows, &columns = grid.columns;
        return {first_output(grid, place, y),
                {place.rows.begin, rows.outputs, rows.step, rows.y},
                {place.columns.begin, columns.outputs, columns.step, columns.y},
                zeros};
    }

    // What loads `count` numbers of a pixel from channel c on.
    template <class Count>
    CONVOLENS_INLINE auto from(i64 c, Count count) const {
        return [this, c, count](i64 i, i64 j)
                   CONVOLENS_INLINED { return load(at[i * Columns + j] + c, count); };
    }

    // `count` numbers of a column of pixels, from channel c on.
    template <class Count>
    CONVOLENS_INLINE void load_column(int column, i64 c, Count count, vec* to) const {
#pragma GCC unroll 6
        for (int i = 0; i < Rows; ++i) to[i] = load(at[i * Columns + column] + c, count);
    }

  private:
    // Pixels along one axis.
    struct Side {
        i64 begin, size, step, floats;
    };

    CONVOLENS_INLINE Pixels(const float* first, const Side& rows, const Side& columns,
                            const float* zeros) {
        const i64 row_step = rows.step * rows.floats, step = columns.step * columns.floats;
        const float* row = first;
        for (i64 i = 0, y = rows.begin; i < Rows; ++i, y += rows.step, row += row_step) {
            const bool inside = y >= 0 && y < rows.size;
            for (i64 j = 0, x = columns.begin; j < Columns; ++j, x += columns.step)
                at[i * Columns + j] = inside && x >= 0 && x < columns.size ? row + j * step : zeros;
        }
    }
};

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
