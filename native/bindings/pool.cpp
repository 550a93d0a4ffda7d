// Max and average pooling.
#include "runtime/pool/pool.h"

#include <nanobind/stl/array.h>
#include <nanobind/stl/vector.h>

#include "bindings/array.h"
#include "bindings/check.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// Refuses all but [n, c] and the last one, two or three of the sizes, where those before are 1.
void check_image(const Pool& pool, const Array& array, const char* name, bool output) {
    constexpr int kAxes = Pool::kAxes;
    const int rank = array.rank() - 2;
    bool same = rank >= 1 && rank <= kAxes && array.extent(0) == pool.images() &&
                array.extent(1) == pool.channels();
    for (int axis = 0; same && axis < kAxes; ++axis) {
        const i64 size = output ? pool.axis(axis).outputs() : pool.axis(axis).inputs();
        const int own = axis - (kAxes - rank);
        same = size == (own < 0 ? 1 : array.extent(own + 2));
    }
    if (!same) refuse(name, "another shape is expected");
}

const float* input(const Pool& pool, const Array& x) {
    check_image(pool, x, "x", false);
    return x.read("x");
}

float* output(const Pool& pool, const Array& y) {
    check_image(pool, y, "y", true);
    return y.write("y");
}

const float* upstream(const Pool& pool, const Array& g) {
    check_image(pool, g, "g", true);
    return g.read("g");
}

float* input_grad(const Pool& pool, const Array& dx) {
    check_image(pool, dx, "dx", false);
    return dx.write("dx");
}

void max_forward(const Pool& pool, Array x, Array y) {
    const float* from = input(pool, x);
    float* to = output(pool, y);
    hold(pool);
    compute([=, &pool] { pool.max(from, to); });
}

void avg_forward(const Pool& pool, Array x, Array y) {
    const float* from = input(pool, x);
    float* to = output(pool, y);
    hold(pool);
    compute([=, &pool] { pool.average(from, to); });
}

// y may be None.
void max_indices(const Pool& pool, Array x, nb::handle y, Array index) {
    const float* from = input(pool, x);
    check_image(pool, index, "index", true);
    i64* places = index.write_int64("index");
    float* to = y.is_none() ? nullptr : output(pool, nb::cast<Array>(y));
    const WithoutGil without_gil;
    pool.max_indices(from, to, places);
}

void max_backward(const Pool& pool, Array x, Array g, Array dx) {
    const float* from = input(pool, x);
    const float* slopes = upstream(pool, g);
    float* to = input_grad(pool, dx);
    const WithoutGil without_gil;
    pool.max_grad(from, slopes, to);
}

void avg_backward(const Pool& pool, Array g, Array dx) {
    const float* slopes = upstream(pool, g);
    float* to = input_grad(pool, dx);
    const WithoutGil without_gil;
    pool.average_grad(slopes, to);
}

}  // namespace

void bind_pool(nb::module_& module) {
    nb::class_<Pool>(module, "Pool")
        .def(nb::init<std::array<i64, 5>, Pool::Lists, Pool::Lists, Pool::Lists,
                      std::array<i64, Pool::kAxes>, double>(),
             nb::arg("input"), nb::arg("first"), nb::arg("count"), nb::arg("cells"),
             nb::arg("step"), nb::arg("divisor"))
        .def("max_forward", &max_forward, nb::arg("x"), nb::arg("y"))
        .def("max_indices", &max_indices, nb::arg("x"), nb::arg("y").none(), nb::arg("index"))
        .def("max_backward", &max_backward, nb::arg("x"), nb::arg("g"), nb::arg("dx"))
        .def("avg_forward", &avg_forward, nb::arg("x"), nb::arg("y"))
        .def("avg_backward", &avg_backward, nb::arg("g"), nb::arg("dx"));
}

}  // namespace convolens
