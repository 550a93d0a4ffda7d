// Numbers read from, or added to, places that an index names.
#include <algorithm>

#include "bindings/array.h"
#include "bindings/check.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/middle.h"

namespace nb = nanobind;

namespace convolens {
namespace {

const i64* checked_index(const Array& index, i64 length) {
    const i64* data = index.read_int64("index");
    // The sign bit of an index is set if it is negative, that of the difference if it is too large.
    std::uint64_t signs = 0;
    const auto last = static_cast<std::uint64_t>(length) - 1;
    for (i64 i = 0, size = index.size(); i < size; ++i) {
        const auto place = static_cast<std::uint64_t>(data[i]);
        signs |= place | (last - place);
    }
    if (signs >> 63) throw nb::index_error("an index is out of range");
    return data;
}

// y[row] = the places of the first in order among the `length` numbers of each row of x.
void top(Array x, Array y, i64 length, bool largest) {
    if (y.rank() != 2) throw std::invalid_argument("y: expected a matrix");
    const i64 rows = y.extent(0), count = y.extent(1);
    if (length < count || length > 0x7fffffff || count < 1 || count > TopArgs::kMost ||
        x.size() != checked_product({rows, length}))
        throw std::invalid_argument("top: the sizes do not fit");
    const TopArgs args{x.read("x"), y.write_int64("y"), length, count, largest};
    const WithoutGil without_gil;
    launch(kernels().top, args, rows, kElement * static_cast<double>(length) + 200);
}

// y[outer][j][inner] = x[outer][index[j]][inner].
void take(Array x, Array index, Array y, i64 outer, i64 inputs, i64 inner) {
    const i64 places = index.size();
    if (x.size() != checked_product({outer, inputs, inner}) ||
        y.size() != checked_product({outer, places, inner}))
        throw std::invalid_argument("take: x or y has another size");
    const TakeArgs args{x.read("x"), checked_index(index, inputs), y.write("y"), inputs, places,
                        inner};
    const i64 rows = inner == 1 ? outer : outer * places;
    const double each = static_cast<double>(inner == 1 ? places : inner);
    const WithoutGil without_gil;
    launch(kernels().take, args, rows, 2 * kElement * each);
}

// y[outer][index[j]][inner] = the sum of x[outer][j][inner].
void add_at(Array x, Array index, Array y, i64 outer, i64 outputs, i64 inner) {
    const i64 places = index.size();
    if (x.size() != checked_product({outer, places, inner}) ||
        y.size() != checked_product({outer, outputs, inner}))
        throw std::invalid_argument("add_at: x or y has another size");
    const AddAtArgs args{in_one_piece(outputs, inner, 256), x.read("x"),
                         checked_index(index, outputs), y.write("y"), places};
    const double each = static_cast<double>(outputs + 2 * places) *
                        static_cast<double>(std::min(inner, args.axis.block));
    const WithoutGil without_gil;
    launch(kernels().add_at, args, units(args.axis, outer), kElement * each);
}

constexpr double kPick = 2.0;  // nanoseconds to read a number from any place

using Gather = decltype(KernelTable::gather);

// The middle axis has `rows` numbers in the index and what lies beside it, `length` in the other.
template <Gather KernelTable::* kernel>
void launch_gather(const float* x, const Array& index, float* y, i64 outer, i64 rows, i64 length,
                   i64 inner, i64 cleared) {
    const GatherArgs args{in_one_piece(rows, inner, 256), x, checked_index(index, length), y,
                          length};
    const double each = kPick * static_cast<double>(rows) + kElement * static_cast<double>(cleared);
    const WithoutGil without_gil;
    launch(kernels().*kernel, args, units(args.axis, outer),
           each * static_cast<double>(std::min(inner, args.axis.block)));
}

void gather(Array x, Array index, Array y, i64 outer, i64 length, i64 rows, i64 inner) {
    if (x.size() != checked_product({outer, length, inner}) ||
        y.size() != checked_product({outer, rows, inner}) || index.size() != y.size())
        throw std::invalid_argument("gather: an array has another size");
    launch_gather<&KernelTable::gather>(x.read("x"), index, y.write("y"), outer, rows, length,
                                        inner, 0);
}

void scatter_add(Array x, Array index, Array y, i64 outer, i64 length, i64 rows, i64 inner) {
    if (y.size() != checked_product({outer, length, inner}) ||
        x.size() != checked_product({outer, rows, inner}) || index.size() != x.size())
        throw std::invalid_argument("scatter_add: an array has another size");
    launch_gather<&KernelTable::scatter_add>(x.read("x"), index, y.write("y"), outer, rows, length,
                                             inner, length);
}

}  // namespace

void bind_pick(nb::module_& module) {
    module.def("top", &top, nb::arg("x"), nb::arg("y"), nb::arg("length"), nb::arg("largest"));
    module.def("take", &take, nb::arg("x"), nb::arg("index"), nb::arg("y"), nb::arg("outer"),
               nb::arg("inputs"), nb::arg("inner"));
    module.def("add_at", &add_at, nb::arg("x"), nb::arg("index"), nb::arg("y"), nb::arg("outer"),
               nb::arg("outputs"), nb::arg("inner"));
    module.def("gather", &gather, nb::arg("x"), nb::arg("index"), nb::arg("y"), nb::arg("outer"),
               nb::arg("length"), nb::arg("rows"), nb::arg("inner"));
    module.def("scatter_add", &scatter_add, nb::arg("x"), nb::arg("index"), nb::arg("y"),
               nb::arg("outer"), nb::arg("length"), nb::arg("rows"), nb::arg("inner"));
}

}  // namespace convolens
