#include "runtime/move.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

// A unit of work moves about so many numbers, in whole blocks of rows where these are transposed.
constexpr i64 kUnit = 16384;
constexpr i64 kRows = 16;
// Numbers that run on, so many that a row of them takes longer than to begin it.
constexpr i64 kLongRow = 64;

// The axes with more than one number, the one with the widest steps in the target first; neighbours
// that run on in both arrangements are joined.
std::vector<MoveAxis> simplified(std::span<const MoveAxis> axes) {
    std::vector<MoveAxis> sorted;
    for (const MoveAxis& axis : axes)
        if (axis.extent != 1) sorted.push_back(axis);
    std::stable_sort(sorted.begin(), sorted.end(), [](const MoveAxis& a, const MoveAxis& b) {
        return std::abs(a.to) > std::abs(b.to);
    });
    std::vector<MoveAxis> result;
    for (const MoveAxis& axis : sorted) {
        if (!result.empty() && result.back().from == axis.extent * axis.from &&
            result.back().to == axis.extent * axis.to) {
            result.back() = {result.back().extent * axis.extent, axis.from, axis.to};
        } else {
            result.push_back(axis);
        }
    }
    return result;
}

// The two innermost axes are those of the blocks that are transposed in registers. Where one has
// few numbers, an axis that goes on where it ends, in the source for rows or in the target for
// columns, becomes part of it.
void group(std::vector<MoveAxis>& order, MoveArgs& args) {
    args.row_group = order[order.size() - 2].extent;
    args.column_group = order.back().extent;
    if (order[order.size() - 2].from != 1 || order.back().to != 1 || order.back().from == 1) return;
    for (std::size_t i = 0; i + 2 < order.size(); ++i) {
        MoveAxis& rows = order[order.size() - 2];
        MoveAxis& columns = order.back();
        const MoveAxis outer = order[i];
        if (rows.extent < kRows && outer.from == rows.extent && rows.extent == args.row_group) {
            args.to_group = outer.to;
            rows.extent *= outer.extent;
        } else if (columns.extent < kRows && outer.to == columns.extent &&
                   columns.extent == args.column_group) {
            args.from_group = outer.from;
            columns.extent *= outer.extent;
        } else {
            continue;
        }
        order.erase(order.begin() + static_cast<std::ptrdiff_t>(i));
        i = static_cast<std::size_t>(-1);  // the other may go on where an axis before ends
    }
}

// Few short rows take as long to begin as to move: then another axis, if it is longer, is the one
// of the rows.
void take_many_rows(std::vector<MoveAxis>& order) {
    const std::size_t rows = order.size() - 2;
    if (order[rows].extent >= kRows || order.back().extent >= kLongRow) return;
    for (std::size_t i = rows; i-- > 0;)
        if (order[i].extent >= kRows) {
            const auto axis = order.begin() + static_cast<std::ptrdiff_t>(i);
            std::rotate(axis, axis + 1, order.end() - 1);
            return;
        }
}

}  // namespace

Move::Move(std::span<const MoveAxis> axes) {
    std::vector<MoveAxis> order = simplified(axes);
    if (order.size() == 1 && order[0].extent % kUnit == 0) {
        const auto [extent, step, to_step] = order[0];
        order = {{extent / kUnit, kUnit * step, kUnit * to_step}, {kUnit, step, to_step}};
    }
    while (order.size() < 2) order.insert(order.begin(), MoveAxis{1, 0, 0});
    if (order.size() > MoveArgs::kAxes)
        throw std::invalid_argument("the arrangements differ along too many axes");
    // Beside the axis that runs on in the target comes the one that runs on in the source, so that
    // blocks of both can be transposed in registers.
    for (std::size_t i = 0; i + 2 < order.size(); ++i)
        if (order[i].from == 1 && order.back().from != 1)
            std::rotate(order.begin() + static_cast<std::ptrdiff_t>(i),
                        order.begin() + static_cast<std::ptrdiff_t>(i) + 1, order.end() - 1);
    if (order.back().from == 1 && order.back().to == 1) take_many_rows(order);
    group(order, args);
    args.axes = static_cast<int>(order.size());
    i64 planes = 1;
    for (std::size_t i = 0; i < order.size(); ++i) {
        args.extents[i] = order[i].extent;
        args.from_strides[i] = order[i].from;
        args.to_strides[i] = order[i].to;
        if (i + 2 < order.size()) planes *= order[i].extent;
    }
    const i64 rows = order[order.size() - 2].extent, columns = order.back().extent;
    const bool runs_on = order.back().from == 1 && order.back().to == 1;
    const i64 fewest = runs_on ? 1 : kRows;
    args.row_block = std::min(rows, std::max(kUnit / columns / fewest, i64{1}) * fewest);
    args.row_blocks = divide_up(rows, args.row_block);
    units = planes * args.row_blocks;
    nanoseconds =
        (runs_on ? kElement : kTransposed) * static_cast<double>(args.row_block * columns);
}

void move(const float* from, float* to, std::span<const MoveAxis> axes) {
    for (const MoveAxis& axis : axes)
        if (axis.extent == 0) return;
    std::vector<MoveAxis> order = simplified(axes);
    if (order.size() == 1 && order[0].extent > kUnit && order[0].extent % kUnit) {
        // The rest of a long row, which is then a number of whole units.
        auto& [extent, step, to_step] = order[0];
        const i64 whole = extent / kUnit * kUnit;
        const std::array rest{MoveAxis{extent - whole, step, to_step}};
        move(from + whole * step, to + whole * to_step, rest);
        extent = whole;
    }
    Move plan(order);
    plan.args.from = from;
    plan.args.to = to;
    launch(kernels().move, plan.args, plan.units, plan.nanoseconds);
}

}  // namespace convolens
