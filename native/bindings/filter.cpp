// Photographs through kernels: every array, cell and size is checked here.
#include "runtime/filter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "bindings/array.h"
#include "bindings/check.h"
#include "bindings/gil.h"
#include "bindings/pixel_rows.h"
#include "bindings/topics.h"

namespace nb = nanobind;

namespace convolens {
namespace {

constexpr i64 kLargestKernel = 1024;

// The cells of an axis, each -1 or a pixel below `size`.
std::vector<i64> cells_of(const Array& array, const char* name, i64 size) {
    if (array.rank() != 1) refuse(name, "expected one axis, not " + std::to_string(array.rank()));
    std::vector<i64> cells = array.copy_int64(name);
    for (const i64 cell : cells)
        if (cell < -1 || cell >= size)
            refuse(name, "cell " + std::to_string(cell) + " is outside of the image, which has " +
                             std::to_string(size));
    return cells;
}

// Keeps the weights while another thread might take them out of their lists.
using Kept = std::vector<nb::object>;

FilterPass pass_of(nb::handle item, i64 channels, Kept& kept) {
    if (!PyArray_Check(item.ptr())) refuse("weights", "expected arrays");
    kept.push_back(nb::borrow(item));
    const Array weight(reinterpret_cast<PyArrayObject*>(item.ptr()));
    if (weight.rank() != 2) refuse("weights", "expected matrices");
    const i64 rows = weight.extent(0), columns = weight.extent(1);
    if (rows < 1 || columns < 1 || rows > kLargestKernel || columns > kLargestKernel)
        refuse("weights", "expected 1 to 1024 rows and columns");
    return {weight.read("weights"), rows, columns, channels};
}

// The chains of a direction: a list of lists of weights.
std::vector<FilterChain> chains_of(const nb::list& weights, const FilterProblem& problem,
                                   Kept& kept) {
    std::vector<FilterChain> chains;
    if (weights.size() > kLargestKernel) refuse("weights", "expected at most 1024 chains");
    for (const nb::handle grids : weights) {
        if (!PyList_Check(grids.ptr())) refuse("weights", "expected lists of arrays");
        FilterChain chain;
        i64 rows = 1, columns = 1;
        if (const auto size = nb::borrow<nb::list>(grids).size(); size < 1 || size > 2)
            refuse("weights", "expected one or two grids");
        for (const nb::handle grid : nb::borrow<nb::list>(grids)) {
            chain.push_back(pass_of(grid, problem.channels, kept));
            rows += chain.back().rows - 1;
            columns += chain.back().columns - 1;
        }
        if (rows != problem.kernel[0] || columns != problem.kernel[1])
            refuse("weights", "the grids of a chain do not have the kernel's size");
        chains.push_back(std::move(chain));
    }
    return chains;
}

// result = pixels through the kernels; see runtime/filter.h.
void filter_pixels(Array pixels, Array rows, Array columns, i64 channels, nb::list first,
                   nb::list second, Array result, bool absolute, double shift) {
    check_rows(pixels, "pixels", false);
    check_rows(result, "result", true);
    FilterProblem p{};
    p.wide = is_wide(pixels, "pixels");
    if (is_wide(result, "result") != p.wide) refuse("result", "expected the type of the pixels");
    if (channels < 1 || channels > 64 || pixels.extent(1) % channels)
        refuse("channels", "expected a number that divides the columns");
    p.channels = channels;
    p.pixels = PyArray_DATA(pixels.get());
    p.pixel_row = pixels.stride(0);
    const std::vector<i64> row_cells = cells_of(rows, "rows", pixels.extent(0));
    const auto column_cells = cells_of(columns, "columns", pixels.extent(1) / channels);
    p.rows = row_cells;
    p.columns = column_cells;
    p.kernel[0] = static_cast<i64>(p.rows.size()) - result.extent(0) + 1;
    p.kernel[1] = static_cast<i64>(p.columns.size()) - result.extent(1) / channels + 1;
    if (result.extent(1) % channels || result.size() == 0 ||
        std::min(p.kernel[0], p.kernel[1]) < 1 ||
        std::max(p.kernel[0], p.kernel[1]) > kLargestKernel)
        refuse("result", "its size does not follow from rows, columns and channels");
    if (first.size() == 0) refuse("first", "expected at least one chain");
    Kept kept;
    p.directions[0] = chains_of(first, p, kept);
    p.directions[1] = chains_of(second, p, kept);
    p.result = PyArray_DATA(result.get());
    p.result_row = result.stride(0);
    p.largest = p.wide ? 65535.0f : 255.0f;
    p.shift = static_cast<float>(shift);
    p.absolute = absolute;
    const WithoutGil without_gil;
    filter(p);
}

}  // namespace

void bind_filter(nb::module_& module) {
    module.def("filter_pixels", &filter_pixels, nb::arg("pixels"), nb::arg("rows"),
               nb::arg("columns"), nb::arg("channels"), nb::arg("first"), nb::arg("second"),
               nb::arg("result"), nb::arg("absolute"), nb::arg("shift"));
}

}  // namespace convolens
