// Products of matrices.
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/matmul.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// More would not be addressed.
constexpr i64 kMostFloats = i64{1} << 40;

// 0 along an axis of one number, where a stride means nothing.
i64 stride_of(const Array& array, int axis) {
    return array.extent(axis) > 1 ? array.stride(axis) : 0;
}

// The last two axes; one of the strides is 1 where that is possible.
Matrix matrix(const Array& array, const float* data) {
    const int rows = array.rank() - 2, columns = rows + 1;
    if (array.extent(columns) <= 1) return {data, stride_of(array, rows), 1};
    if (array.extent(rows) <= 1) return {data, 1, array.stride(columns)};
    return {data, array.stride(rows), array.stride(columns)};
}

void matmul_checked(Array a, Array b, nb::handle bias, Array c, bool transpose_a,
                    bool transpose_b) {
    if (a.rank() != 2 || b.rank() != 2 || c.rank() != 2)
        throw std::invalid_argument("matmul: expected matrices");
    const i64 m = a.extent(transpose_a ? 1 : 0), length = a.extent(transpose_a ? 0 : 1);
    const i64 n = b.extent(transpose_b ? 0 : 1);
    if (b.extent(transpose_b ? 1 : 0) != length)
        throw std::invalid_argument("matmul: the inner sizes differ");
    const Matrix left{a.read("a"), transpose_a ? 1 : length, transpose_a ? m : 1};
    const Matrix right{b.read("b"), transpose_b ? 1 : n, transpose_b ? length : 1};
    const float* start = nullptr;
    if (!bias.is_none()) start = nb::cast<Array>(bias).read("bias", {n});
    float* to = c.write("c", {m, n});
    compute([=] { matmul(left, right, start, to, m, n, length); });
}

// The columns of a product, rows of a weight, as panels.
void pack_weight_checked(Array weight, Array packed) {
    if (weight.rank() != 2) throw std::invalid_argument("pack_weight: expected a matrix");
    const i64 n = weight.extent(0), length = weight.extent(1);
    const PackedMatrix matrix{length, n};
    const float* from = weight.read("weight");
    float* to = packed.write("packed", {static_cast<i64>(matrix.floats())});
    const WithoutGil without_gil;
    matrix.pack({from, 1, length}, to);
}

void packed_product_checked(Array a, Array packed, nb::handle bias, Array c) {
    if (a.rank() != 2 || c.rank() != 2)
        throw std::invalid_argument("packed_product: expected matrices");
    const i64 m = a.extent(0), length = a.extent(1), n = c.extent(1);
    const PackedMatrix matrix{length, n};
    const float* rows = a.read("a");
    const float* panels = packed.read("packed", {static_cast<i64>(matrix.floats())});
    const float* start = bias.is_none() ? nullptr : nb::cast<Array>(bias).read("bias", {n});
    float* to = c.write("c", {m, n});
    compute([=] { matrix.multiply({rows, length, 1}, panels, start, to, m); });
}

void check_weight(i64 length, i64 n) {
    const bool exists = length >= 0 && n >= 0 && length <= kMostFloats && n <= kMostFloats &&
                        length <= kMostFloats / std::max<i64>(n, 1);
    if (!exists) throw std::invalid_argument("there is no weight of this size");
}

i64 packed_size(i64 length, i64 n) {
    check_weight(length, n);
    return static_cast<i64>(PackedMatrix{length, n}.floats());
}

bool packed_serves(i64 m, i64 n, i64 length) {
    check_weight(length, n);
    return PackedMatrix::serves(m, n, length);
}

void dot_checked(Array a, Array b, Array y) {
    if (a.rank() != 1 || b.rank() != 1 || a.size() != b.size())
        throw std::invalid_argument("dot: expected two vectors of one size");
    const float* left = a.read("a");
    const float* right = b.read("b");
    float* to = y.write("y", {});
    const i64 length = a.size();
    const WithoutGil without_gil;
    *to = dot(left, right, length);
}

// c = a b for the matrices that are the last two axes, and each index of the axes before, along
// which an operand may repeat its matrices by a stride of 0. Matrices of c are in the order of
// their indices, or all transposed.
void matmul_batch_checked(Array a, Array b, Array c) {
    const int rank = c.rank(), batch_axes = rank - 2;
    if (batch_axes < 0 || batch_axes > BatchGemmArgs::kAxes || a.rank() != rank || b.rank() != rank)
        throw std::invalid_argument("matmul_batch: the ranks do not fit");
    i64 m = c.extent(rank - 2), n = c.extent(rank - 1);
    const i64 length = a.extent(rank - 1);
    if (a.extent(rank - 2) != m || b.extent(rank - 1) != n || b.extent(rank - 2) != length)
        throw std::invalid_argument("matmul_batch: the sizes do not fit");
    Matrix left = matrix(a, a.read_strided("a")), right = matrix(b, b.read_strided("b"));
    float* to = c.write_strided("c");
    std::array<BatchAxis, BatchGemmArgs::kAxes> batch{};
    i64 run = m * n;
    for (int axis = batch_axes - 1; axis >= 0; --axis) {
        const i64 extent = c.extent(axis);
        if (a.extent(axis) != extent || b.extent(axis) != extent)
            throw std::invalid_argument("matmul_batch: the sizes do not fit");
        if (extent > 1 && c.stride(axis) != run)
            throw std::invalid_argument("c: expected matrices one behind the other");
        batch[static_cast<std::size_t>(axis)] = {extent, stride_of(a, axis), stride_of(b, axis)};
        run *= extent;
    }
    const auto lies_in_order = [&](int outer, int inner) {
        return (c.extent(inner) <= 1 || c.stride(inner) == 1) &&
               (c.extent(outer) <= 1 || c.stride(outer) == c.extent(inner));
    };
    const bool transposed = !lies_in_order(rank - 2, rank - 1);
    if (transposed && !lies_in_order(rank - 1, rank - 2))
        throw std::invalid_argument("c: expected matrices in the order of one of their axes");
    if (transposed) {
        std::swap(left, right);
        for (Matrix* each : {&left, &right}) std::swap(each->row, each->column);
        for (BatchAxis& axis : batch) std::swap(axis.a, axis.b);
        std::swap(m, n);
    }
    compute([=] {
        const std::span axes(batch.data(), static_cast<std::size_t>(batch_axes));
        matmul_batch(left, right, to, axes, m, n, length);
    });
}

}  // namespace

void bind_dense(nb::module_& module) {
    module.def("matmul", &matmul_checked, nb::arg("a"), nb::arg("b"), nb::arg("bias").none(),
               nb::arg("c"), nb::arg("transpose_a"), nb::arg("transpose_b"));
    module.def("packed_size", &packed_size, nb::arg("length"), nb::arg("n"));
    module.def("pack_weight", &pack_weight_checked, nb::arg("weight"), nb::arg("packed"));
    module.def("packed_product", &packed_product_checked, nb::arg("a"), nb::arg("packed"),
               nb::arg("bias").none(), nb::arg("c"));
    module.def("packed_serves", &packed_serves, nb::arg("m"), nb::arg("n"), nb::arg("length"));
    module.def("dot", &dot_checked, nb::arg("a"), nb::arg("b"), nb::arg("y"));
    module.def("matmul_batch", &matmul_batch_checked, nb::arg("a"), nb::arg("b"), nb::arg("c"));
}

}  // namespace convolens
