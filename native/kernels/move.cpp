// Numbers moved from one arrangement of memory to another.
#include "kernels/kernels.h"
#include "kernels/source.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The two innermost axes of a unit: `rows` rows of `columns` numbers.
struct Plane {
    const float* from;
    float* to;
    i64 rows, columns;
    i64 from_row, from_column, to_row, to_column;
};

void copy_rows(const Plane& plane) {
    for (i64 row = 0; row < plane.rows; ++row)
        copy(plane.to + row * plane.to_row, plane.from + row * plane.from_row, plane.columns);
}

void fill_rows(const Plane& plane) {
    for (i64 row = 0; row < plane.rows; ++row) {
        const vec same = broadcast(plane.from[row * plane.from_row]);
        for_each_register(0, plane.columns, [&](i64 i, auto count) {
            store(plane.to + row * plane.to_row + i, same, count);
        });
    }
}

// Rows of the target are columns of the source.
void transpose_rows(const Plane& plane) {
    for (i64 row = 0; row < plane.rows; row += kLanes) {
        const i64 rows = plane.rows - row < kLanes ? plane.rows - row : kLanes;
        for (i64 column = 0; column < plane.columns; column += kLanes) {
            const i64 left = plane.columns - column;
            const i64 columns = left < kLanes ? left : kLanes;
            transpose_block(plane.from + column * plane.from_column + row, plane.from_column,
                            plane.to + row * plane.to_row + column, plane.to_row, columns, rows,
                            columns);
        }
    }
}

void move_one_by_one(const Plane& plane) {
    for (i64 row = 0; row < plane.rows; ++row) {
        const float* from = plane.from + row * plane.from_row;
        float* to = plane.to + row * plane.to_row;
        for (i64 column = 0; column < plane.columns; ++column)
            to[column * plane.to_column] = from[column * plane.from_column];
    }
}

}  // namespace

void move(const MoveArgs& args, i64 begin, i64 end, float*) {
    const int rows = args.axes - 2, columns = args.axes - 1;
    for (i64 unit = begin; unit < end; ++unit) {
        Plane plane{args.from,
                    args.to,
                    args.extents[rows],
                    args.extents[columns],
                    args.from_strides[rows],
                    args.from_strides[columns],
                    args.to_strides[rows],
                    args.to_strides[columns]};
        i64 rest = unit / args.row_blocks;
        for (int axis = rows - 1; axis >= 0; --axis) {
            const i64 index = rest % args.extents[axis];
            rest /= args.extents[axis];
            plane.from += index * args.from_strides[axis];
            plane.to += index * args.to_strides[axis];
        }
        const i64 first = unit % args.row_blocks * args.row_block;
        const i64 left = plane.rows - first;
        plane.rows = left < args.row_block ? left : args.row_block;
        plane.from += first * plane.from_row;
        plane.to += first * plane.to_row;
        if (plane.to_column != 1) {
            move_one_by_one(plane);
        } else if (plane.from_column == 1) {
            copy_rows(plane);
        } else if (plane.from_column == 0) {
            fill_rows(plane);
        } else if (plane.from_row == 1) {
            transpose_rows(plane);
        } else {
            move_one_by_one(plane);
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
