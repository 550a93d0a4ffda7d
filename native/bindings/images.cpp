// Images resampled, and patches added up to images, as tables say.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "bindings/array.h"
#include "bindings/check.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// Rows of the image to a unit of work: windows that reach over its edge are read twice.
constexpr i64 kRows = 16;

// A tap table [outputs][taps] whose entries are indices below `size`, or negative.
std::vector<i64> read_table(const Array& table, const char* name, i64 size) {
    if (table.rank() != 2) refuse(name, "expected a table of two axes");
    std::vector<i64> entries = table.copy_int64(name);
    for (const i64 entry : entries)
        if (entry >= size)
            refuse(name,
                   "index " + std::to_string(entry) + " is not below " + std::to_string(size));
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
    const std::vector<i64> row_taps = read_table(rows, "rows", args.h);
    const std::vector<i64> column_taps = read_table(columns, "columns", args.w);
    args.rows = row_taps.data();
    args.columns = column_taps.data();
    args.p = rows.extent(0);
    args.r = rows.extent(1);
    args.q = columns.extent(0);
    args.s = columns.extent(1);
    const i64 taps = checked_product({args.r, args.s}), windows = checked_product({args.p, args.q});
    const i64 depth = checked_product({args.c, taps});
    args.patches = patches.read("patches", {n, depth, windows});
    args.image = image.write("image");
    if (patches.size() == 0 || image.size() == 0) {
        std::fill_n(args.image, image.size(), 0.0f);
        return;
    }
    args.row_block = std::min(args.h, kRows);
    args.row_blocks = divide_up(args.h, args.row_block);
    const double share =
        static_cast<double>(patches.size()) / static_cast<double>(n * args.row_blocks);
    const WithoutGil without_gil;
    launch(kernels().fold, args, n * args.row_blocks, kTransposed * share,
           static_cast<std::size_t>(2 * taps));
}

// The terms of weighted sums of `inputs` numbers, checked. `axis` names them where they are
// refused.
class TermTable {
  public:
    TermTable(const char* axis, const nb::tuple& table, i64 inputs) : inputs_(inputs) {
        if (table.size() != 3) refuse(axis, "expected three arrays: first, index and weight");
        const auto first = nb::cast<Array>(table[0]), weight = nb::cast<Array>(table[2]);
        if (first.rank() != 1 || first.size() < 1)
            refuse(axis, "expected where the terms of each output begin");
        first_ = first.copy_int64("first");
        index_ = nb::cast<Array>(table[1]).copy_int64("index");
        const auto terms = static_cast<i64>(index_.size());
        weight_ = weight.read("weight", {terms});
        if (first_.front() != 0 || first_.back() != terms || !std::ranges::is_sorted(first_))
            refuse(axis, "the terms are not those of the outputs");
        for (const i64 input : index_)
            if (input < 0 || input >= inputs)
                refuse(axis, "there is no input " + std::to_string(input) + " among " +
                                 std::to_string(inputs));
    }

    i64 outputs() const { return static_cast<i64>(first_.size()) - 1; }
    Terms terms() const { return {inputs_, outputs(), first_.data(), index_.data(), weight_}; }
    double per_output() const {
        return static_cast<double>(index_.size()) / static_cast<double>(outputs());
    }

  private:
    i64 inputs_;
    std::vector<i64> first_, index_;
    const float* weight_;
};

// y[outer][o][i] = the weighted sum of x[outer][input][i] over the terms of o.
void weigh(Array x, nb::tuple table, Array y, i64 outer, i64 inputs, i64 inner) {
    TermTable along("table", table, inputs);
    const float* from = x.read("x");
    float* to = y.write("y");
    if (x.size() != checked_product({outer, inputs, inner}) ||
        y.size() != checked_product({outer, along.outputs(), inner}))
        throw std::invalid_argument("weigh: x or y has another size");
    if (y.size() == 0) return;
    const double each = static_cast<double>(inner) * (1 + along.per_output());
    compute([=, along = std::move(along)] {
        const WeighArgs args{from, to, along.terms(), inner};
        launch(kernels().weigh, args, outer * along.outputs(), kElement * each);
    });
}

// y[outer][p][q][i] = weighted sums of x[outer][height][width][i] over the terms of p in `rows` and
// of q in `columns`.
void weigh_planes(Array x, nb::tuple rows, nb::tuple columns, Array y, i64 outer, i64 height,
                  i64 width, i64 inner) {
    TermTable down("rows", rows, height), across("columns", columns, width);
    const float* from = x.read("x");
    float* to = y.write("y");
    const i64 p = down.outputs(), q = across.outputs();
    if (x.size() != checked_product({outer, height, width, inner}) ||
        y.size() != checked_product({outer, p, q, inner}))
        throw std::invalid_argument("weigh_planes: x or y has another size");
    if (y.size() == 0) return;
    const double each = static_cast<double>(width * inner) * down.per_output() +
                        static_cast<double>(q * inner) * (1 + across.per_output());
    const auto row = static_cast<std::size_t>(checked_product({width, inner}));
    compute([=, down = std::move(down), across = std::move(across)] {
        const WeighPlanesArgs args{from, to, down.terms(), across.terms(), inner};
        launch(kernels().weigh_planes, args, outer * p, kElement * each, row);
    });
}

}  // namespace

void bind_images(nb::module_& module) {
    module.def("fold", &fold, nb::arg("patches"), nb::arg("image"), nb::arg("rows"),
               nb::arg("columns"));
    module.def("weigh", &weigh, nb::arg("x"), nb::arg("table"), nb::arg("y"), nb::arg("outer"),
               nb::arg("inputs"), nb::arg("inner"));
    module.def("weigh_planes", &weigh_planes, nb::arg("x"), nb::arg("rows"), nb::arg("columns"),
               nb::arg("y"), nb::arg("outer"), nb::arg("height"), nb::arg("width"),
               nb::arg("inner"));
}

}  // namespace convolens
