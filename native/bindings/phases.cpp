// The phases of a stride.
#include "runtime/phases.h"

#include <nanobind/stl/array.h>

#include <array>

#include "bindings/array.h"
#include "bindings/recording.h"
#include "bindings/topics.h"

namespace nb = nanobind;

namespace convolens {
namespace {

using Pair = std::array<i64, 2>;

// The sizes of an image and its cells, of which the one that is written is checked elsewhere.
PhaseSizes sizes_of(const Array& image, const Array& cells, Pair stride, Pair before) {
    constexpr i64 kMost = i64{1} << 31;
    if (image.rank() != 4 || cells.rank() != 4)
        throw std::invalid_argument("phases: the arrays have four axes");
    for (int axis = 0; axis < 2; ++axis)
        if (stride[axis] < 1 || stride[axis] > kMost || before[axis] < 0 || before[axis] > kMost)
            throw std::invalid_argument("phases: a stride or a padding is out of range");
    i64 phases = 0;
    if (cells.extent(0) != image.extent(0) ||
        __builtin_mul_overflow(stride[0] * stride[1], image.extent(1), &phases) ||
        cells.extent(1) != phases)
        throw std::invalid_argument("phases: the cells are those of another image");
    return {image.extent(0), image.extent(2), image.extent(3), image.extent(1), cells.extent(2),
            cells.extent(3), stride[0],       stride[1],       before[0],       before[1]};
}

void spread(Array image, Array cells, Pair stride, Pair before) {
    const PhaseSizes sizes = sizes_of(image, cells, stride, before);
    const float* from = image.read("image");
    float* to = cells.write("cells");
    compute([=] { spread_phases(sizes, from, to); });
}

void collect(Array cells, Array image, Pair stride, Pair before) {
    const PhaseSizes sizes = sizes_of(image, cells, stride, before);
    const float* from = cells.read("cells");
    float* to = image.write("image");
    compute([=] { collect_phases(sizes, from, to); });
}

}  // namespace

void bind_phases(nb::module_& module) {
    module.def("spread_phases", &spread, nb::arg("image"), nb::arg("cells"), nb::arg("stride"),
               nb::arg("before"));
    module.def("collect_phases", &collect, nb::arg("cells"), nb::arg("image"), nb::arg("stride"),
               nb::arg("before"));
}

}  // namespace convolens
