// Products of matrices.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/matmul.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// 0 along an axis of one number, where a stride means nothing.
i64 stride_of(const Array& array, int axis) {
    return array.extent(axis) > 1 ? array.stride(axis) : 0;
}

// A matrix of a batch, with one of its strides 1.
Matrix matrix(const Array& array, const float* data) {
    const i64 row = stride_of(array, 1), column = stride_of(array, 2);
    if (array.extent(2) <= 1) return {data, row, 1};
    if (array.extent(1) <= 1) return {data, column == 1 ? array.extent(2) : 1, column};
    if (row != 1 && column != 1)
        throw std::invalid_argument("matmul_batch: neither axis of a matrix runs on in memory");
    return {data, row, column};
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
    const WithoutGil without_gil;
    matmul(left, right, start, to, m, n, length);
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

// c[b] = a[b] b[b] for each b of the first axis, which an operand may repeat by a stride of 0.
void matmul_batch_checked(Array a, Array b, Array c) {
    if (a.rank() != 3 || b.rank() != 3 || c.rank() != 3)
        throw std::invalid_argument("matmul_batch: expected three axes");
    const i64 batch = c.extent(0), m = c.extent(1), n = c.extent(2), length = a.extent(2);
    if (a.extent(0) != batch || b.extent(0) != batch || a.extent(1) != m || b.extent(2) != n ||
        b.extent(1) != length)
        throw std::invalid_argument("matmul_batch: the sizes do not fit");
    const Matrix left = matrix(a, a.read_strided("a")), right = matrix(b, b.read_strided("b"));
    float* to = c.write_strided("c");
    if ((n > 1 && c.stride(2) != 1) || (m > 1 && c.stride(1) != n) ||
        (batch > 1 && c.stride(0) != m * n))
        throw std::invalid_argument("c: expected memory in the order of its axes");
    const WithoutGil without_gil;
    matmul_batch(left, stride_of(a, 0), right, stride_of(b, 0), to, batch, m, n, length);
}

}  // namespace

void bind_dense(nb::module_& module) {
    module.def("matmul", &matmul_checked, nb::arg("a"), nb::arg("b"), nb::arg("bias").none(),
               nb::arg("c"), nb::arg("transpose_a"), nb::arg("transpose_b"));
    module.def("dot", &dot_checked, nb::arg("a"), nb::arg("b"), nb::arg("y"));
    module.def("matmul_batch", &matmul_batch_checked, nb::arg("a"), nb::arg("b"), nb::arg("c"));
}

}  // namespace convolens
