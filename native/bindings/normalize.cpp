// Normalisations: moments, and what is done with them.
#include "runtime/normalize.h"

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

void check(bool holds, const char* what) {
    if (!holds) throw std::invalid_argument(what);
}

// The sets of columns of x seen as [outer][reduced][inner], which has at least one number.
ColumnSets checked_sets(const Array& x, i64 outer, i64 reduced, i64 inner, i64 sets) {
    i64 size = 0;
    check(outer >= 1 && reduced >= 1 && inner >= 1 && sets >= 1 && inner % sets == 0,
          "normalize: a size is out of range");
    check(!__builtin_mul_overflow(outer, reduced, &size) &&
              !__builtin_mul_overflow(size, inner, &size) && size == x.size(),
          "normalize: x has another size");
    return {outer, reduced, inner, sets};
}

// Means and variances are the rows of a matrix.
Norm read_norm(const Array& m, i64 count, double eps) {
    const float* data = m.read("m", {2, count});
    return {data, data + count, eps};
}

const float* read_or_null(nb::handle array, const char* name, i64 size) {
    if (array.is_none()) return nullptr;
    const Array given = nb::cast<Array>(array);
    check(given.size() == size, "normalize: weight, bias or addend has another size");
    return given.read(name);
}

const float* read_like(const Array& array, const char* name, const Array& x) {
    check(array.size() == x.size(), "normalize: two arrays differ in size");
    return array.read(name);
}

float* write_like(const Array& array, const char* name, const Array& x) {
    check(array.size() == x.size(), "normalize: two arrays differ in size");
    return array.write(name);
}

void moments_checked(Array x, Array m, i64 outer, i64 reduced, i64 inner, i64 sets) {
    const ColumnSets columns = checked_sets(x, outer, reduced, inner, sets);
    const float* from = x.read("x");
    float* to = m.write("m", {2, outer * sets});
    compute([=] { moments(columns, from, to, to + outer * sets); });
}

void normalize_checked(Array x, Array m, nb::handle weight, nb::handle bias, nb::handle addend,
                       Array y, i64 outer, i64 reduced, i64 inner, i64 sets, double eps, bool relu,
                       double most) {
    const ColumnSets columns = checked_sets(x, outer, reduced, inner, sets);
    const float* from = x.read("x");
    Norm norm = read_norm(m, outer * sets, eps);
    norm.weight = read_or_null(weight, "weight", inner);
    norm.bias = read_or_null(bias, "bias", inner);
    const NormEnd end{read_or_null(addend, "addend", x.size()), relu, static_cast<float>(most)};
    float* to = write_like(y, "y", x);
    compute([=] { normalize(columns, norm, from, end, to); });
}

void normalize_sums_checked(Array x, Array m, Array g, Array s, i64 outer, i64 reduced, i64 inner,
                            i64 sets, double eps) {
    const ColumnSets columns = checked_sets(x, outer, reduced, inner, sets);
    const float* from = x.read("x");
    const Norm norm = read_norm(m, outer * sets, eps);
    const float* upstream = read_like(g, "g", x);
    float* to = s.write("s", {2 * outer, inner});
    const WithoutGil without_gil;
    normalize_sums(columns, norm, from, upstream, to);
}

void normalize_grad_checked(Array x, Array m, Array s, Array g, nb::handle weight, Array dx,
                            i64 outer, i64 reduced, i64 inner, i64 sets, double eps) {
    const ColumnSets columns = checked_sets(x, outer, reduced, inner, sets);
    const float* from = x.read("x");
    Norm norm = read_norm(m, outer * sets, eps);
    const float* sums = s.read("s", {2 * outer, inner});
    const float* upstream = read_like(g, "g", x);
    norm.weight = read_or_null(weight, "weight", inner);
    float* to = write_like(dx, "dx", x);
    const WithoutGil without_gil;
    normalize_grad(columns, norm, sums, from, upstream, to);
}

void normalize_fixed_grad_checked(Array g, Array m, nb::handle weight, Array dx, i64 reduced,
                                  i64 inner, double eps) {
    const ColumnSets columns = checked_sets(g, 1, reduced, inner, inner);
    const float* upstream = g.read("g");
    Norm norm = read_norm(m, inner, eps);
    norm.weight = read_or_null(weight, "weight", inner);
    float* to = write_like(dx, "dx", g);
    const WithoutGil without_gil;
    normalize_fixed_grad(columns, norm, upstream, to);
}

NormalizeRowsArgs row_args(const Array& x, const Array& m, nb::handle weight, const Array& y,
                           i64 rows, i64 length, double eps) {
    checked_sets(x, rows, length, 1, 1);
    const Norm norm = read_norm(m, rows, eps);
    NormalizeRowsArgs args{};
    args.x = x.read("x");
    args.y = write_like(y, "y", x);
    args.length = length;
    args.mean = norm.mean;
    args.variance = norm.variance;
    args.eps = static_cast<float>(eps);
    args.weight = read_or_null(weight, "weight", length);
    return args;
}

void layer_norm(Array x, Array m, nb::handle weight, nb::handle bias, Array y, i64 rows, i64 length,
                double eps) {
    NormalizeRowsArgs args = row_args(x, m, weight, y, rows, length, eps);
    args.bias = read_or_null(bias, "bias", length);
    compute([=] {
        launch(kernels().normalize_rows, args, rows, kElement * static_cast<double>(length) + 20);
    });
}

void layer_norm_grad(Array x, Array m, Array g, nb::handle weight, Array dx, i64 rows, i64 length,
                     double eps) {
    NormalizeRowsArgs args = row_args(x, m, weight, dx, rows, length, eps);
    args.g = read_like(g, "g", x);
    const WithoutGil without_gil;
    launch(kernels().normalize_rows_grad, args, rows,
           4 * kElement * static_cast<double>(length) + 40);
}

void layer_norm_sums(Array x, Array m, Array g, Array s, i64 rows, i64 length, double eps) {
    checked_sets(x, rows, length, 1, 1);
    const float* from = x.read("x");
    const Norm norm = read_norm(m, rows, eps);
    const float* upstream = read_like(g, "g", x);
    float* to = s.write("s", {2, length});
    const WithoutGil without_gil;
    sums_of_rows(rows, length, norm, from, upstream, to);
}

void layer_norm_across(Array x, Array m, nb::handle weight, nb::handle bias, Array y, i64 outer,
                       i64 reduced, i64 inner, double eps) {
    const ColumnSets columns = checked_sets(x, outer, reduced, inner, inner);
    const float* from = x.read("x");
    Norm norm = read_norm(m, outer * inner, eps);
    norm.weight = read_or_null(weight, "weight", reduced);
    norm.bias = read_or_null(bias, "bias", reduced);
    float* to = write_like(y, "y", x);
    compute([=] { normalize_across(columns, norm, from, to); });
}

void layer_norm_across_grad(Array x, Array m, Array g, nb::handle weight, Array dx, i64 outer,
                            i64 reduced, i64 inner, double eps) {
    const ColumnSets columns = checked_sets(x, outer, reduced, inner, inner);
    const float* from = x.read("x");
    Norm norm = read_norm(m, outer * inner, eps);
    const float* upstream = read_like(g, "g", x);
    norm.weight = read_or_null(weight, "weight", reduced);
    float* to = write_like(dx, "dx", x);
    const WithoutGil without_gil;
    normalize_across_grad(columns, norm, from, upstream, to);
}

void layer_norm_across_sums(Array x, Array m, Array g, Array s, i64 outer, i64 reduced, i64 inner,
                            double eps) {
    const ColumnSets columns = checked_sets(x, outer, reduced, inner, inner);
    const float* from = x.read("x");
    const Norm norm = read_norm(m, outer * inner, eps);
    const float* upstream = read_like(g, "g", x);
    float* to = s.write("s", {2, reduced});
    const WithoutGil without_gil;
    sums_across(columns, norm, from, upstream, to);
}

}  // namespace

void bind_normalize(nb::module_& module) {
    module.def("moments", &moments_checked, nb::arg("x"), nb::arg("m"), nb::arg("outer"),
               nb::arg("reduced"), nb::arg("inner"), nb::arg("sets"));
    module.def("normalize", &normalize_checked, nb::arg("x"), nb::arg("m"),
               nb::arg("weight").none(), nb::arg("bias").none(), nb::arg("addend").none(),
               nb::arg("y"), nb::arg("outer"), nb::arg("reduced"), nb::arg("inner"),
               nb::arg("sets"), nb::arg("eps"), nb::arg("relu"), nb::arg("most"));
    module.def("normalize_sums", &normalize_sums_checked, nb::arg("x"), nb::arg("m"), nb::arg("g"),
               nb::arg("s"), nb::arg("outer"), nb::arg("reduced"), nb::arg("inner"),
               nb::arg("sets"), nb::arg("eps"));
    module.def("normalize_grad", &normalize_grad_checked, nb::arg("x"), nb::arg("m"), nb::arg("s"),
               nb::arg("g"), nb::arg("weight").none(), nb::arg("dx"), nb::arg("outer"),
               nb::arg("reduced"), nb::arg("inner"), nb::arg("sets"), nb::arg("eps"));
    module.def("normalize_fixed_grad", &normalize_fixed_grad_checked, nb::arg("g"), nb::arg("m"),
               nb::arg("weight").none(), nb::arg("dx"), nb::arg("reduced"), nb::arg("inner"),
               nb::arg("eps"));
    module.def("layer_norm", &layer_norm, nb::arg("x"), nb::arg("m"), nb::arg("weight").none(),
               nb::arg("bias").none(), nb::arg("y"), nb::arg("rows"), nb::arg("length"),
               nb::arg("eps"));
    module.def("layer_norm_sums", &layer_norm_sums, nb::arg("x"), nb::arg("m"), nb::arg("g"),
               nb::arg("s"), nb::arg("rows"), nb::arg("length"), nb::arg("eps"));
    module.def("layer_norm_grad", &layer_norm_grad, nb::arg("x"), nb::arg("m"), nb::arg("g"),
               nb::arg("weight").none(), nb::arg("dx"), nb::arg("rows"), nb::arg("length"),
               nb::arg("eps"));
    module.def("layer_norm_across", &layer_norm_across, nb::arg("x"), nb::arg("m"),
               nb::arg("weight").none(), nb::arg("bias").none(), nb::arg("y"), nb::arg("outer"),
               nb::arg("reduced"), nb::arg("inner"), nb::arg("eps"));
    module.def("layer_norm_across_sums", &layer_norm_across_sums, nb::arg("x"), nb::arg("m"),
               nb::arg("g"), nb::arg("s"), nb::arg("outer"), nb::arg("reduced"), nb::arg("inner"),
               nb::arg("eps"));
    module.def("layer_norm_across_grad", &layer_norm_across_grad, nb::arg("x"), nb::arg("m"),
               nb::arg("g"), nb::arg("weight").none(), nb::arg("dx"), nb::arg("outer"),
               nb::arg("reduced"), nb::arg("inner"), nb::arg("eps"));
}

}  // namespace convolens
