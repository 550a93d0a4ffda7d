// Choices by a condition, and by what is larger.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

void maximum_grad(Array a, Array b, Array g, Array y) {
    check_same(a, y);
    check_same(b, y);
    check_same(g, y);
    const TernaryArgs args{a.read("a"), b.read("b"), g.read("g"), y.write("y")};
    const i64 size = y.size();
    const WithoutGil without_gil;
    launch(kernels().maximum_grad, args, size, 2 * kElement);
}

// 1 for an array of y's shape, 0 for a single number.
i64 step_of(const Array& array, const Array& y) {
    if (array.size() == 1) return 0;
    check_same(array, y);
    return 1;
}

// Each input has y's shape, or one element.
void where(Array condition, Array a, Array b, Array y) {
    const WhereArgs args{condition.read_bool("condition"),
                         a.read("a"),
                         b.read("b"),
                         y.write("y"),
                         step_of(condition, y),
                         step_of(a, y),
                         step_of(b, y)};
    const i64 size = y.size();
    if (size == 0) return;
    const WithoutGil without_gil;
    launch(kernels().where, args, size, 2 * kElement);
}

}  // namespace

void bind_select(nb::module_& module) {
    module.def("maximum_grad", &maximum_grad, nb::arg("a"), nb::arg("b"), nb::arg("g"),
               nb::arg("y"));
    module.def("where", &where, nb::arg("condition"), nb::arg("a"), nb::arg("b"), nb::arg("y"));
}

}  // namespace convolens
