// Products of a batch of pairs of matrices with any strides.
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "runtime/buffer.h"
#include "runtime/gemm.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/matmul.h"
#include "runtime/move.h"

namespace convolens {
namespace {

// Fewer groups would leave threads without work.
constexpr i64 kFewestGroups = 4;
// The matrices of a group should stay in the second level of cache.
constexpr i64 kLargestGroup = 1 << 17;  // floats

bool is_woven(const Matrix& x) {
    return x.row != 1 && x.column != 1;
}

// The axes with more than one pair; neighbours that run on in both operands are joined.
std::vector<BatchAxis> joined(std::span<const BatchAxis> axes) {
    std::vector<BatchAxis> result;
    for (const BatchAxis& axis : axes) {
        if (axis.extent == 1) continue;
        if (!result.empty() && result.back().a == axis.extent * axis.a &&
            result.back().b == axis.extent * axis.b) {
            result.back() = {result.back().extent * axis.extent, axis.a, axis.b};
        } else {
            result.push_back(axis);
        }
    }
    return result;
}

i64 pairs_along(std::span<const BatchAxis> axes) {
    i64 pairs = 1;
    for (const BatchAxis& axis : axes) pairs *= axis.extent;
    return pairs;
}

// A matrix of `rows` and `columns` taken out of those it is woven into: the neighbours that were
// closer run on.
Matrix unwoven(const Matrix& x, i64 rows, i64 columns, const float* data) {
    const bool by_rows = std::abs(x.column) <= std::abs(x.row);
    return by_rows ? Matrix{data, columns, 1} : Matrix{data, 1, rows};
}

// Moves all matrices of an operand into a buffer, one behind the other.
Buffer take_apart(Matrix& x, i64 rows, i64 columns, std::vector<BatchAxis>& batch,
                  i64 BatchAxis::* stride) {
    i64 floats = rows * columns;
    Buffer buffer(static_cast<std::size_t>(floats * pairs_along(batch)));
    const Matrix apart = unwoven(x, rows, columns, buffer.data());
    std::vector<MoveAxis> axes{{rows, x.row, apart.row}, {columns, x.column, apart.column}};
    for (auto axis = batch.rbegin(); axis != batch.rend(); ++axis) {
        axes.push_back({axis->extent, (*axis).*stride, floats});
        (*axis).*stride = floats;
        floats *= axis->extent;
    }
    move(x.data, buffer.data(), axes);
    x = apart;
    return buffer;
}

// The matrices of a group; x becomes what one of them is in the end.
WovenMatrices in_groups(Matrix& x, i64 rows, i64 columns, i64 pairs, i64 pair) {
    WovenMatrices matrices{};
    matrices.data = x.data;
    matrices.woven = is_woven(x);
    matrices.pair = pair;
    if (!matrices.woven) return matrices;
    const Matrix apart = unwoven(x, rows, columns, nullptr);
    matrices.pair = rows * columns;
    const std::array axes{MoveAxis{pairs, pair, matrices.pair}, MoveAxis{rows, x.row, apart.row},
                          MoveAxis{columns, x.column, apart.column}};
    const Move plan(axes);
    matrices.move = plan.args;
    matrices.units = plan.units;
    matrices.floats = pairs * matrices.pair;
    x = apart;
    return matrices;
}

BatchGemmArgs batch_args(const GemmArgs& one, std::span<const BatchAxis> axes) {
    BatchGemmArgs args{};
    args.one = one;
    args.axes = static_cast<int>(axes.size());
    for (std::size_t i = 0; i < axes.size(); ++i) {
        args.extents[i] = axes[i].extent;
        args.a_strides[i] = axes[i].a;
        args.b_strides[i] = axes[i].b;
    }
    return args;
}

}  // namespace

void matmul_batch(Matrix a, Matrix b, float* c, std::span<const BatchAxis> batch, i64 m, i64 n,
                  i64 length) {
    const i64 pairs = pairs_along(batch);
    if (pairs == 0 || m == 0 || n == 0) return;
    std::vector<BatchAxis> axes = joined(batch);
    if (axes.size() > BatchGemmArgs::kAxes)
        throw std::invalid_argument("matmul_batch: too many axes");
    const i64 panel_floats = length * kernels().panel;
    const double nanoseconds =
        kMultiplyAdd * static_cast<double>(panel_floats) * static_cast<double>(m) +
        kElement * static_cast<double>(panel_floats);
    const bool any_woven = is_woven(a) || is_woven(b);
    const i64 group = axes.empty() ? 1 : axes.back().extent;
    const i64 group_floats = group * length * ((is_woven(a) ? m : 0) + (is_woven(b) ? n : 0));
    if (any_woven && length > 0 && !axes.empty() && pairs >= kFewestGroups * group &&
        group_floats <= kLargestGroup) {
        // Each group is taken apart where its products are computed, while it is in the cache.
        WovenGemmArgs args{};
        args.pairs = group;
        args.a = in_groups(a, m, length, group, axes.back().a);
        args.b = in_groups(b, length, n, group, axes.back().b);
        axes.pop_back();
        args.groups = batch_args(unpacked_args(a, b, nullptr, c, m, n, length), axes);
        launch(kernels().woven_gemm, args, pairs / group,
               static_cast<double>(group * args.groups.one.panels) * nanoseconds +
                   kTransposed * static_cast<double>(group_floats),
               static_cast<std::size_t>(group_floats + panel_floats));
        return;
    }
    std::vector<Buffer> apart;
    if (is_woven(a)) apart.push_back(take_apart(a, m, length, axes, &BatchAxis::a));
    if (is_woven(b)) apart.push_back(take_apart(b, length, n, axes, &BatchAxis::b));
    if (pairs == 1) {
        matmul(a, b, nullptr, c, m, n, length);
        return;
    }
    const BatchGemmArgs args = batch_args(unpacked_args(a, b, nullptr, c, m, n, length), axes);
    launch(kernels().batch_gemm, args, pairs * args.one.panels, nanoseconds,
           static_cast<std::size_t>(panel_floats));
}

}  // namespace convolens
