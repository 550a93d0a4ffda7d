// Pixels that become blocks of pixels side by side.
#include "runtime/blocks.h"

#include <initializer_list>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/isa.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// Refuses an array whose size is not the product of some numbers, all of them positive.
void check_size(const Array& array, const char* name, std::initializer_list<i64> extents) {
    i64 size = 1;
    for (const i64 extent : extents)
        if (extent < 1 || __builtin_mul_overflow(size, extent, &size))
            throw std::invalid_argument("blocks: a size is out of range");
    if (size != array.size())
        throw std::invalid_argument(std::string(name) + ": another size is expected");
}

void check_packed(const Array& packed, const BlockSizes& sizes) {
    check_size(packed, "packed",
               {sizes.slices, sizes.taps, sizes.panels(), sizes.length, kernels().panel});
}

// weight: [length][matrices][n].
void pack_blocks(Array weight, Array packed, i64 length, i64 matrices, i64 n) {
    check_size(weight, "weight", {length, matrices, n});
    const BlockSizes sizes{1, 1, length, 1, 1, matrices, n};
    check_packed(packed, sizes);
    const float* from = weight.read("weight");
    float* to = packed.write("packed");
    const WithoutGil without_gil;
    sizes.pack(from, to);
}

void blocks(Array x, Array packed, nb::handle bias, Array y, i64 rows, i64 columns, i64 length,
            i64 lines, i64 slices, i64 taps, i64 n) {
    check_size(x, "x", {rows, columns, length});
    check_size(y, "y", {rows, columns, slices, taps, n});
    if (lines < 1 || rows % lines != 0)
        throw std::invalid_argument("blocks: a slice has another number of rows");
    const BlockSizes sizes{rows, columns, length, lines, slices, taps, n};
    check_packed(packed, sizes);
    const float* from = x.read("x");
    const float* matrices = packed.read("packed");
    const float* start = bias.is_none() ? nullptr : nb::cast<Array>(bias).read("bias", {n});
    float* to = y.write("y");
    compute([=] { sizes.multiply(from, matrices, start, to); });
}

}  // namespace

void bind_blocks(nb::module_& module) {
    module.def("pack_blocks", &pack_blocks, nb::arg("weight"), nb::arg("packed"), nb::arg("length"),
               nb::arg("matrices"), nb::arg("n"));
    module.def("blocks", &blocks, nb::arg("x"), nb::arg("packed"), nb::arg("bias").none(),
               nb::arg("y"), nb::arg("rows"), nb::arg("columns"), nb::arg("length"),
               nb::arg("lines"), nb::arg("slices"), nb::arg("taps"), nb::arg("n"));
}

}  // namespace convolens
