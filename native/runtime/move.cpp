#include "runtime/move.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

// Rows of a plane that make a unit of work.
constexpr i64 kRows = 64;

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

}  // namespace

void move(const float* from, float* to, std::span<const MoveAxis> axes) {
    for (const MoveAxis& axis : axes)
        if (axis.extent == 0) return;
    std::vector<MoveAxis> order = simplified(axes);
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
    args.row_block = std::min(rows, kRows);
    args.row_blocks = (rows + args.row_block - 1) / args.row_block;
    const bool runs_on = order.back().from == 1 && order.back().to == 1;
    launch(kernels().move, args, planes * args.row_blocks,
           (runs_on ? kElement : kTransposed) * static_cast<double>(args.row_block * columns));
}

}  // namespace convolens
