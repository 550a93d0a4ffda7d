// Numbers moved from one arrangement of memory to another.
#include "kernels/kernels.h"
#include "kernels/source.h"
#include "simd/interleave.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The two innermost axes of a unit: `rows` rows of `columns` numbers.
struct Plane {
    const float* from;
    float* to;
    i64 rows, columns;
    i64 from_row, from_column, to_row, to_column;
    i64 group_rows, to_group;  // in the target, groups of rows may be further apart

    float* target_row(i64 row) const {
        return to + row / group_rows * to_group + row % group_rows * to_row;
    }
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

// The numbers of a few columns, each running on in the source, woven into one run of the target.
template <int Columns>
void interleave_columns(const Plane& plane) {
    i64 row = 0;
    for (; row + kLanes <= plane.rows; row += kLanes) {
        vec x[Columns];
        for (int j = 0; j < Columns; ++j) x[j] = load(plane.from + j * plane.from_column + row);
        interleave(x);
        for (int j = 0; j < Columns; ++j) store(plane.to + row * Columns + j * kLanes, x[j]);
    }
    for (; row < plane.rows; ++row)
        for (int j = 0; j < Columns; ++j)
            plane.to[row * Columns + j] = plane.from[j * plane.from_column + row];
}

// One run of the source taken apart into a few rows of the target.
template <int Rows>
void deinterleave_rows(const Plane& plane) {
    float* to[Rows];
    for (int j = 0; j < Rows; ++j) to[j] = plane.target_row(j);
    i64 column = 0;
    for (; column + kLanes <= plane.columns; column += kLanes) {
        vec x[Rows];
        for (int j = 0; j < Rows; ++j) x[j] = load(plane.from + column * Rows + j * kLanes);
        deinterleave(x);
        for (int j = 0; j < Rows; ++j) store(to[j] + column, x[j]);
    }
    for (; column < plane.columns; ++column)
        for (int j = 0; j < Rows; ++j) to[j][column] = plane.from[column * Rows + j];
}

void move_one_by_one(const Plane& plane) {
    for (i64 row = 0; row < plane.rows; ++row) {
        const float* from = plane.from + row * plane.from_row;
        float* to = plane.to + row * plane.to_row;
        for (i64 column = 0; column < plane.columns; ++column)
            to[column * plane.to_column] = from[column * plane.from_column];
    }
}

using MovePlane = void (*)(const Plane&);

MovePlane way_to_move(const MoveArgs& args) {
    const int last = args.axes - 1;
    const i64 rows = args.extents[last - 1], columns = args.extents[last];
    const i64 from_row = args.from_strides[last - 1], from_column = args.from_strides[last];
    if (args.to_strides[last] != 1) return move_one_by_one;
    if (from_column == 1) return copy_rows;
    if (from_column == 0) return fill_rows;
    if (from_row == 1 && from_column == rows) {
        if (rows == 2) return deinterleave_rows<2>;
        if (rows == 4) return deinterleave_rows<4>;
        if (rows == 8) return deinterleave_rows<8>;
    }
    if (from_row == 1 && args.to_strides[last - 1] == columns && args.group_rows == rows) {
        if (columns == 2) return interleave_columns<2>;
        if (columns == 4) return interleave_columns<4>;
        if (columns == 8) return interleave_columns<8>;
    }
    // Blocks that are transposed in registers should not be mostly empty.
    return from_row == 1 && rows >= kLanes / 4 ? transpose_rows : move_one_by_one;
}

// Walks through the units: where each plane lies in either arrangement.
class Walk {
  public:
    Walk(const MoveArgs& args, i64 unit)
        : args_(args), from_(args.from), to_(args.to), block_(unit % args.row_blocks) {
        i64 rest = unit / args.row_blocks;
        for (int axis = args.axes - 3; axis >= 0; --axis) {
            index_[axis] = rest % args.extents[axis];
            rest /= args.extents[axis];
            from_ += index_[axis] * args.from_strides[axis];
            to_ += index_[axis] * args.to_strides[axis];
        }
    }

    Plane plane() const {
        const int rows = args_.axes - 2, columns = args_.axes - 1;
        const i64 first = block_ * args_.row_block, left = args_.extents[rows] - first;
        return {from_ + first * args_.from_strides[rows],
                to_ + first * args_.to_strides[rows],
                left < args_.row_block ? left : args_.row_block,
                args_.extents[columns],
                args_.from_strides[rows],
                args_.from_strides[columns],
                args_.to_strides[rows],
                args_.to_strides[columns],
                args_.group_rows,
                args_.to_group};
    }

    void next() {
        if (++block_ < args_.row_blocks) return;
        block_ = 0;
        for (int axis = args_.axes - 3; axis >= 0; --axis) {
            from_ += args_.from_strides[axis];
            to_ += args_.to_strides[axis];
            if (++index_[axis] < args_.extents[axis]) return;
            from_ -= index_[axis] * args_.from_strides[axis];
            to_ -= index_[axis] * args_.to_strides[axis];
            index_[axis] = 0;
        }
    }

  private:
    const MoveArgs& args_;
    const float* from_;
    float* to_;
    i64 block_;
    i64 index_[MoveArgs::kAxes];
};

}  // namespace

void move(const MoveArgs& args, i64 begin, i64 end, float*) {
    const MovePlane move_plane = way_to_move(args);
    Walk walk(args, begin);
    for (i64 unit = begin; unit < end; ++unit, walk.next()) move_plane(walk.plane());
}

}  // namespace convolens::CONVOLENS_ISA
