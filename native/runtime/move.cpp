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
// A run of the source is taken apart in registers into 2, 4 or 8 rows of the target.
constexpr i64 kMostStreams = 8;

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

// A run of the source that goes to a few rows along two axes of the target is taken apart at once:
// its rows become rows in groups.
void join_rows(std::vector<MoveAxis>& order, MoveArgs& args) {
    MoveAxis& rows = order[order.size() - 2];
    args.group_rows = rows.extent;
    args.to_group = 0;
    if (rows.from != 1 || order.back().to != 1) return;
    for (std::size_t i = 0; i + 2 < order.size(); ++i) {
        const MoveAxis outer = order[i];
        const i64 streams = outer.extent * rows.extent;
        if (outer.from != rows.extent || streams != order.back().from) continue;
        if (streams > kMostStreams || (streams & (streams - 1)) != 0) return;
        args.to_group = outer.to;
        rows.extent = streams;
        order.erase(order.begin() + static_cast<std::ptrdiff_t>(i));
        return;
    }
}

}  // namespace

void move(const float* from, float* to, std::span<const MoveAxis> axes) {
    for (const MoveAxis& axis : axes)
        if (axis.extent == 0) return;
    std::vector<MoveAxis> order = simplified(axes);
    if (order.size() == 1 && order[0].extent > kUnit) {
        const auto [extent, step, to_step] = order[0];
        const i64 whole = extent / kUnit * kUnit;
        const std::array rest{MoveAxis{extent - whole, step, to_step}};
        move(from + whole * step, to + whole * to_step, rest);
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
    MoveArgs args{};
    join_rows(order, args);
    args.from = from;
    args.to = to;
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
    args.row_blocks = (rows + args.row_block - 1) / args.row_block;
    launch(kernels().move, args, planes * args.row_blocks,
           (runs_on ? kElement : kTransposed) * static_cast<double>(args.row_block * columns));
}

}  // namespace convolens
