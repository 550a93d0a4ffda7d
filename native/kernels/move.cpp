// Numbers moved from one arrangement of memory to another.
#include "kernels/kernels.h"
#include "kernels/source.h"
#include "kernels/walk.h"
#include "simd/interleave.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The places of neighbours along an axis that may be two axes: groups, and places within a group.
template <class Pointer>
class Steps {
  public:
    Steps(Pointer origin, i64 step, i64 group, i64 group_step, i64 first)
        : origin_(origin),
          step_(step),
          group_(group),
          group_step_(group_step),
          outer_(first ? first / group : 0),  // a division takes as long as a short plane
          inner_(first ? first % group : 0) {}

    Pointer next() {
        const Pointer place = origin_ + outer_ * group_step_ + inner_ * step_;
        if (++inner_ == group_) {
            inner_ = 0;
            ++outer_;
        }
        return place;
    }

  private:
    Pointer origin_;
    i64 step_, group_, group_step_, outer_, inner_;
};

// The two innermost axes of a unit: rows from `first` to before `last`, of `columns` numbers.
struct Plane {
    const float* from;
    float* to;
    i64 first, last, columns;
    i64 from_row, from_column, to_row, to_column;
    i64 row_group, to_group, column_group, from_group;

    Steps<float*> targets(i64 row) const { return {to, to_row, row_group, to_group, row}; }
    Steps<const float*> sources(i64 column) const {
        return {from, from_column, column_group, from_group, column};
    }
};

// The last register of a row begins where it ends with the row. `copy` stores nothing twice, since
// patches are loaded again at once, and a load waits for two stores that it overlaps.
void copy_rows(const Plane& plane) {
    const i64 columns = plane.columns;
    for (i64 row = plane.first; row < plane.last; ++row) {
        const float* from = plane.from + row * plane.from_row;
        float* to = plane.to + row * plane.to_row;
        if (columns < kLanes) {
            store_first(to, load_first(from, columns), columns);
            continue;
        }
        for (i64 i = 0; i + kLanes < columns; i += kLanes) store(to + i, load(from + i));
        store(to + columns - kLanes, load(from + columns - kLanes));
    }
}

void fill_rows(const Plane& plane) {
    for (i64 row = plane.first; row < plane.last; ++row) {
        const vec same = broadcast(plane.from[row * plane.from_row]);
        for_each_register(0, plane.columns, [&](i64 i, auto count) {
            store(plane.to + row * plane.to_row + i, same, count);
        });
    }
}

// Rows of the target are columns of the source: blocks are transposed in registers.
void transpose_rows(const Plane& plane) {
    for (i64 row = plane.first; row < plane.last; row += kLanes) {
        const i64 rows = plane.last - row < kLanes ? plane.last - row : kLanes;
        float* to[kLanes];
        Steps<float*> targets = plane.targets(row);
        for (i64 j = 0; j < rows; ++j) to[j] = targets.next();
        Steps<const float*> sources = plane.sources(0);
        for (i64 column = 0; column < plane.columns; column += kLanes) {
            const i64 left = plane.columns - column;
            const i64 columns = left < kLanes ? left : kLanes;
            vec block[kLanes];
            for (int i = 0; i < kLanes; ++i)
                block[i] = i < columns ? load_first(sources.next() + row, rows) : vec{};
            transpose_registers(block);
            for (i64 j = 0; j < rows; ++j) store_first(to[j] + column, block[j], columns);
        }
    }
}

// The numbers of a few columns, each running on in the source, woven into one run of the target.
template <int Columns>
void interleave_columns(const Plane& plane) {
    const float* from[Columns];
    Steps<const float*> sources = plane.sources(0);
    for (int j = 0; j < Columns; ++j) from[j] = sources.next();
    i64 row = plane.first;
    for (; row + kLanes <= plane.last; row += kLanes) {
        vec x[Columns];
        for (int j = 0; j < Columns; ++j) x[j] = load(from[j] + row);
        interleave(x);
        for (int j = 0; j < Columns; ++j) store(plane.to + row * Columns + j * kLanes, x[j]);
    }
    for (; row < plane.last; ++row)
        for (int j = 0; j < Columns; ++j) plane.to[row * Columns + j] = from[j][row];
}

// One run of the source taken apart into a few rows of the target.
template <int Rows>
void deinterleave_rows(const Plane& plane) {
    float* to[Rows];
    Steps<float*> targets = plane.targets(0);
    for (int j = 0; j < Rows; ++j) to[j] = targets.next();
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
    Steps<float*> targets = plane.targets(plane.first);
    for (i64 row = plane.first; row < plane.last; ++row) {
        const float* from = plane.from + row * plane.from_row;
        float* to = targets.next();
        for (i64 column = 0; column < plane.columns; column += plane.column_group) {
            const float* group = from + column / plane.column_group * plane.from_group;
            for (i64 i = 0; i < plane.column_group; ++i)
                to[(column + i) * plane.to_column] = group[i * plane.from_column];
        }
    }
}

using MovePlane = void (*)(const Plane&);

MovePlane way_to_move(const MoveArgs& args) {
    const int last = args.axes - 1;
    const i64 rows = args.extents[last - 1], columns = args.extents[last];
    const bool in_groups = args.row_group != rows || args.column_group != columns;
    if (args.to_strides[last] != 1) return move_one_by_one;
    if (args.from_strides[last] == 1 && !in_groups) return copy_rows;
    if (args.from_strides[last] == 0 && !in_groups) return fill_rows;
    if (args.from_strides[last - 1] != 1) return move_one_by_one;
    if (args.from_strides[last] == rows && args.column_group == columns) {
        if (rows == 2) return deinterleave_rows<2>;
        if (rows == 3) return deinterleave_rows<3>;
        if (rows == 4) return deinterleave_rows<4>;
        if (rows == 8) return deinterleave_rows<8>;
    }
    if (args.to_strides[last - 1] == columns && args.row_group == rows) {
        if (columns == 2) return interleave_columns<2>;
        if (columns == 3) return interleave_columns<3>;
        if (columns == 4) return interleave_columns<4>;
        if (columns == 8) return interleave_columns<8>;
    }
    // Blocks that are transposed should not be mostly empty.
    return rows >= kLanes / 4 ? transpose_rows : move_one_by_one;
}

}  // namespace

// What all planes share is written once, since planes may be short.
void move(const MoveArgs& args, i64 begin, i64 end, float*) {
    const MovePlane move_plane = way_to_move(args);
    const int rows = args.axes - 2, columns = args.axes - 1;
    Walk<const float, float, MoveArgs::kAxes> at(args.from, args.from_strides, args.to,
                                                 args.to_strides, args.extents, rows,
                                                 begin / args.row_blocks);
    Plane plane{at.a,
                at.b,
                0,
                0,
                args.extents[columns],
                args.from_strides[rows],
                args.from_strides[columns],
                args.to_strides[rows],
                args.to_strides[columns],
                args.row_group,
                args.to_group,
                args.column_group,
                args.from_group};
    i64 block = begin % args.row_blocks;
    for (i64 unit = begin; unit < end; ++unit) {
        plane.first = block * args.row_block;
        plane.last = clamp(plane.first + args.row_block, 0, args.extents[rows]);
        move_plane(plane);
        if (++block < args.row_blocks) continue;
        block = 0;
        at.next();
        plane.from = at.a;
        plane.to = at.b;
    }
}

}  // namespace convolens::CONVOLENS_ISA
