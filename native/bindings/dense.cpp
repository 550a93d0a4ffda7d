// Products of matrices and sums.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/matmul.h"
#include "runtime/sum.h"

namespace nb = nanobind;

namespace convolens {
namespace {

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

// y[outer][inner] = factor * the sum over the middle axis of x[outer][reduced][inner].
void sum_checked(Array x, Array y, i64 outer, i64 reduced, i64 inner, double factor) {
    i64 results = 0, summands = 0;
    if (outer < 0 || reduced < 1 || inner < 0 || __builtin_mul_overflow(outer, inner, &results) ||
        __builtin_mul_overflow(results, reduced, &summands) || x.size() != summands ||
        y.size() != results)
        throw std::invalid_argument("sum: the sizes do not fit");
    const float* from = x.read("x");
    float* to = y.write("y");
    const WithoutGil without_gil;
    sum(from, to, outer, reduced, inner, static_cast<float>(factor));
}

}  // namespace

void bind_dense(nb::module_& module) {
    module.def("matmul", &matmul_checked, nb::arg("a"), nb::arg("b"), nb::arg("bias").none(),
               nb::arg("c"), nb::arg("transpose_a"), nb::arg("transpose_b"));
    module.def("sum", &sum_checked, nb::arg("x"), nb::arg("y"), nb::arg("outer"),
               nb::arg("reduced"), nb::arg("inner"), nb::arg("factor"));
}

}  // namespace convolens
