// Patches of an image, as tap tables describe them.
#include <algorithm>

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

}  // namespace

void bind_patches(nb::module_& module) {
    module.def("fold", &fold, nb::arg("patches"), nb::arg("image"), nb::arg("rows"),
               nb::arg("columns"));
}

}  // namespace convolens
