// Images resampled, and patches added up to images, as tables say.
#include <algorithm>
#include <initializer_list>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// Rows of the image to a unit of work: windows that reach over its edge are read twice.
constexpr i64 kRows = 16;

// A tap table [outputs][taps] whose entries are indices below `size`, or negative.
const i64* read_table(const Array& table, const char* name, i64 size) {
    if (table.rank() != 2)
        throw std::invalid_argument(std::string(name) + ": expected a table of two axes");
    const i64* entries = table.read_int64(name, {table.extent(0), table.extent(1)});
    if (std::any_of(entries, entries + table.size(), [=](i64 entry) { return entry >= size; }))
        throw std::invalid_argument(std::string(name) + ": an index is out of range");
    return entries;
}

// image[N][C][H][W] = sums of patches[N][C R S][P Q], as rows[P][R] and columns[Q][S] say.
void fold(Array patches, Array image, Array rows, Array columns) {
    if (patches.rank() != 3 || image.rank() != 4)
        throw std::invalid_argument("fold: expected patches of three axes and an image of four");
    FoldArgs args{};
    const i64 n = image.extent(0);
    args.c = image.extent(1);
    args.h = image.extent(2);
    args.w = image.extent(3);
    args.rows = read_table(rows, "rows", args.h);
    args.columns = read_table(columns, "columns", args.w);
    args.p = rows.extent(0);
    args.r = rows.extent(1);
    args.q = columns.extent(0);
    args.s = columns.extent(1);
    i64 windows = 0, taps = 0, depth = 0;
    if (__builtin_mul_overflow(args.p, args.q, &windows) ||
        __builtin_mul_overflow(args.r, args.s, &taps) ||
        __builtin_mul_overflow(args.c, taps, &depth))
        throw std::invalid_argument("fold: the sizes are too large");
    args.patches = patches.read("patches", {n, depth, windows});
    args.image = image.write("image");
    if (patches.size() == 0 || image.size() == 0) {
        std::fill_n(args.image, image.size(), 0.0f);
        return;
    }
    args.row_block = std::min(args.h, kRows);
    args.row_blocks = (args.h + args.row_block - 1) / args.row_block;
    const double share =
        static_cast<double>(patches.size()) / static_cast<double>(n * args.row_blocks);
    const WithoutGil without_gil;
    launch(kernels().fold, args, n * args.row_blocks, kTransposed * share,
           static_cast<std::size_t>(2 * taps));
}

// The terms of weighted sums of `inputs` numbers. `axis` names them where they are refused.
Terms read_terms(const std::string& axis, const nb::tuple& table, i64 inputs) {
    if (table.size() != 3)
        throw std::invalid_argument(axis + ": expected three arrays: first, index and weight");
    const auto first = nb::cast<Array>(table[0]), index = nb::cast<Array>(table[1]);
    const auto weight = nb::cast<Array>(table[2]);
    if (first.rank() != 1 || first.size() < 1 || inputs < 0)
        throw std::invalid_argument(axis + ": expected where the terms of each output begin");
    const i64 outputs = first.size() - 1, terms = index.size();
    const Terms result{inputs, outputs, first.read_int64("first", {outputs + 1}),
                       index.read_int64("index", {terms}), weight.read("weight", {terms})};
    if (result.first[0] != 0 || result.first[outputs] != terms ||
        !std::is_sorted(result.first, result.first + outputs + 1))
        throw std::invalid_argument(axis + ": the terms are not those of the outputs");
    if (std::any_of(result.index, result.index + terms,
                    [=](i64 each) { return each < 0 || each >= inputs; }))
        throw std::invalid_argument(axis + ": an index is out of range");
    return result;
}

// Throws std::invalid_argument if the product does not fit.
i64 checked_product(std::initializer_list<i64> factors) {
    i64 product = 1;
    for (const i64 factor : factors)
        if (factor < 0 || __builtin_mul_overflow(product, factor, &product))
            throw std::invalid_argument("weigh_planes: a size is out of range");
    return product;
}

// y[outer][p][q][i] = weighted sums of x[outer][height][width][i] over the terms of p in `rows` and
// of q in `columns`.
void weigh_planes(Array x, nb::tuple rows, nb::tuple columns, Array y, i64 outer, i64 height,
                  i64 width, i64 inner) {
    const WeighPlanesArgs args{x.read("x"), y.write("y"), read_terms("rows", rows, height),
                               read_terms("columns", columns, width), inner};
    const i64 p = args.rows.outputs, q = args.columns.outputs;
    if (x.size() != checked_product({outer, height, width, inner}) ||
        y.size() != checked_product({outer, p, q, inner}))
        throw std::invalid_argument("weigh_planes: x or y has another size");
    if (y.size() == 0) return;
    const auto terms = [](const Terms& along) {
        return static_cast<double>(along.first[along.outputs]) / static_cast<double>(along.outputs);
    };
    const double each = static_cast<double>(width * inner) * terms(args.rows) +
                        static_cast<double>(q * inner) * (1 + terms(args.columns));
    const i64 row = checked_product({width, inner});
    const WithoutGil without_gil;
    launch(kernels().weigh_planes, args, outer * p, kElement * each, static_cast<std::size_t>(row));
}

}  // namespace

void bind_images(nb::module_& module) {
    module.def("fold", &fold, nb::arg("patches"), nb::arg("image"), nb::arg("rows"),
               nb::arg("columns"));
    module.def("weigh_planes", &weigh_planes, nb::arg("x"), nb::arg("rows"), nb::arg("columns"),
               nb::arg("y"), nb::arg("outer"), nb::arg("height"), nb::arg("width"),
               nb::arg("inner"));
}

}  // namespace convolens
