// Numbers read from, or added to, places that an index names.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/middle.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// Throws std::invalid_argument if the product does not fit, or a factor is negative.
i64 product(i64 a, i64 b, i64 c) {
    i64 two = 0, three = 0;
    if (a < 0 || b < 0 || c < 0 || __builtin_mul_overflow(a, b, &two) ||
        __builtin_mul_overflow(two, c, &three))
        throw std::invalid_argument("a size is negative or too large");
    return three;
}

const i64* checked_index(const Array& index, i64 length) {
    const i64* data = index.read_int64("index");
    for (i64 i = 0; i < index.size(); ++i)
        if (data[i] < 0 || data[i] >= length) throw nb::index_error("an index is out of range");
    return data;
}

// y[outer][j][inner] = x[outer][index[j]][inner].
void take(Array x, Array index, Array y, i64 outer, i64 inputs, i64 inner) {
    const i64 outputs = index.size();
    if (x.size() != product(outer, inputs, inner) || y.size() != product(outer, outputs, inner))
        throw std::invalid_argument("take: x or y has another size");
    const TakeArgs args{x.read("x"), checked_index(index, inputs), y.write("y"), inputs, outputs,
                        inner};
    const WithoutGil without_gil;
    launch(kernels().take, args, outer * outputs, kElement * static_cast<double>(inner) + 2);
}

using Gather = decltype(KernelTable::gather);

// The middle axis has `rows` numbers in the index and what lies beside it, `length` in the other.
template <Gather KernelTable::* kernel>
void launch_gather(const float* x, const Array& index, float* y, i64 outer, i64 rows, i64 length,
                   i64 inner) {
    const GatherArgs args{in_one_piece(rows, inner, 256), x, checked_index(index, length), y,
                          length};
    const double each =
        static_cast<double>(rows + length) * static_cast<double>(std::min(inner, args.axis.block));
    const WithoutGil without_gil;
    launch(kernels().*kernel, args, units(args.axis, outer), each);
}

void gather(Array x, Array index, Array y, i64 outer, i64 length, i64 rows, i64 inner) {
    if (x.size() != product(outer, length, inner) || y.size() != product(outer, rows, inner) ||
        index.size() != y.size())
        throw std::invalid_argument("gather: an array has another size");
    launch_gather<&KernelTable::gather>(x.read("x"), index, y.write("y"), outer, rows, length,
                                        inner);
}

void scatter_add(Array x, Array index, Array y, i64 outer, i64 length, i64 rows, i64 inner) {
    if (y.size() != product(outer, length, inner) || x.size() != product(outer, rows, inner) ||
        index.size() != x.size())
        throw std::invalid_argument("scatter_add: an array has another size");
    launch_gather<&KernelTable::scatter_add>(x.read("x"), index, y.write("y"), outer, rows, length,
                                             inner);
}

}  // namespace

void bind_pick(nb::module_& module) {
    module.def("take", &take, nb::arg("x"), nb::arg("index"), nb::arg("y"), nb::arg("outer"),
               nb::arg("inputs"), nb::arg("inner"));
    module.def("gather", &gather, nb::arg("x"), nb::arg("index"), nb::arg("y"), nb::arg("outer"),
               nb::arg("length"), nb::arg("rows"), nb::arg("inner"));
    module.def("scatter_add", &scatter_add, nb::arg("x"), nb::arg("index"), nb::arg("y"),
               nb::arg("outer"), nb::arg("length"), nb::arg("rows"), nb::arg("inner"));
}

}  // namespace convolens
