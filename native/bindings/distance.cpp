// Distances of rows, and their gradient.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

DistanceArgs distance_args(const Array& a, const Array& b, double eps, bool squares) {
    check_same(a, b);
    if (a.rank() != 1 && a.rank() != 2) throw std::invalid_argument("a: expected rows of numbers");
    DistanceArgs args{};
    args.a = a.read("a");
    args.b = b.read("b");
    args.length = a.extent(a.rank() - 1);
    args.eps = static_cast<float>(eps);
    args.squares = squares;
    return args;
}

i64 rows_of(const Array& a) {
    return a.rank() == 2 ? a.extent(0) : 1;
}

void distance(Array a, Array b, Array y, double eps, bool squares) {
    DistanceArgs args = distance_args(a, b, eps, squares);
    args.y = a.rank() == 2 ? y.write("y", {a.extent(0)}) : y.write("y", {});
    const i64 rows = rows_of(a);
    const WithoutGil without_gil;
    launch(kernels().distance, args, rows, kElement * static_cast<double>(args.length) + 10);
}

void distance_grad(Array a, Array b, Array distance, Array g, Array y, double eps, bool squares) {
    DistanceArgs args = distance_args(a, b, eps, squares);
    check_same(a, y);
    check_same(distance, g);
    args.distance =
        a.rank() == 2 ? distance.read("distance", {a.extent(0)}) : distance.read("distance", {});
    args.g = g.read("g");
    args.y = y.write("y");
    const i64 rows = rows_of(a);
    const WithoutGil without_gil;
    launch(kernels().distance_grad, args, rows, kElement * static_cast<double>(args.length) + 10);
}

}  // namespace

void bind_distance(nb::module_& module) {
    module.def("distance", &distance, nb::arg("a"), nb::arg("b"), nb::arg("y"), nb::arg("eps"),
               nb::arg("squares"));
    module.def("distance_grad", &distance_grad, nb::arg("a"), nb::arg("b"), nb::arg("distance"),
               nb::arg("g"), nb::arg("y"), nb::arg("eps"), nb::arg("squares"));
}

}  // namespace convolens
