// New arrays, and changes of memory layout.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// to[b][columns][rows] = from[b][rows][columns].
void transpose_all(const float* from, float* to, i64 matrices, i64 rows, i64 columns) {
    const i64 blocks = (rows + TransposeArgs::kRows - 1) / TransposeArgs::kRows;
    const TransposeArgs args{from, to, rows, columns, columns, blocks};
    launch(kernels().transpose, args, matrices * blocks,
           kElement * static_cast<double>(TransposeArgs::kRows * columns));
}

i64 spatial_size(const Array& array) {
    i64 size = 1;
    for (int axis = 2; axis < array.rank(); ++axis) size *= array.extent(axis);
    return size;
}

nb::object empty(nb::tuple shape, nb::handle dtype) {
    if (!PyArray_DescrCheck(dtype.ptr())) throw nb::type_error("dtype must be a numpy.dtype");
    npy_intp extents[32];
    if (shape.size() > 32) throw std::invalid_argument("at most 32 dimensions are supported");
    for (std::size_t i = 0; i < shape.size(); ++i) extents[i] = nb::cast<npy_intp>(shape[i]);
    return nb::steal(
        new_array({extents, shape.size()}, reinterpret_cast<PyArray_Descr*>(dtype.ptr())));
}

// The array itself if it is dense, else a dense copy.
nb::object dense(nb::handle source) {
    if (!PyArray_Check(source.ptr())) throw nb::type_error("expected a numpy.ndarray");
    const Array array(reinterpret_cast<PyArrayObject*>(source.ptr()));
    if (array.is_dense() && PyArray_ISBEHAVED_RO(array.get())) return nb::borrow(source);
    nb::object copy = nb::steal(new_array(array.shape(), PyArray_DESCR(array.get())));
    auto* to = reinterpret_cast<PyArrayObject*>(copy.ptr());
    if (PyArray_TYPE(array.get()) == NPY_FLOAT32 && PyArray_ISCARRAY_RO(array.get())) {
        // Channels first: a transposition of [C][I] to [I][C] for each image.
        const auto* from = static_cast<const float*>(PyArray_DATA(array.get()));
        auto* data = static_cast<float*>(PyArray_DATA(to));
        const WithoutGil without_gil;
        transpose_all(from, data, array.extent(0), array.extent(1), spatial_size(array));
    } else if (PyArray_CopyInto(to, array.get()) != 0) {
        throw nb::python_error();
    }
    return copy;
}

// y = x read in the order of its indices: [N][I][C] in memory becomes [N][C][I].
void flatten(Array x, Array y) {
    const float* from = x.read("x");
    if (x.rank() < 3 || y.rank() > 2 || x.size() != y.size())
        throw std::invalid_argument("flatten: expected an image and a matrix of one size");
    float* to = y.write("y");
    const WithoutGil without_gil;
    transpose_all(from, to, x.extent(0), spatial_size(x), x.extent(1));
}

// The inverse of flatten.
void unflatten(Array x, Array y) {
    const float* from = x.read("x");
    if (y.rank() < 3 || x.rank() > 2 || x.size() != y.size())
        throw std::invalid_argument("unflatten: expected a matrix and an image of one size");
    float* to = y.write("y");
    const WithoutGil without_gil;
    transpose_all(from, to, y.extent(0), y.extent(1), spatial_size(y));
}

}  // namespace

void bind_arrays(nb::module_& module) {
    module.def("empty", &empty, nb::arg("shape"), nb::arg("dtype"));
    module.def("dense", &dense, nb::arg("array"));
    module.def("is_dense", [](Array array) { return array.is_dense(); }, nb::arg("array"));
    module.def("flatten", &flatten, nb::arg("x"), nb::arg("y"));
    module.def("unflatten", &unflatten, nb::arg("x"), nb::arg("y"));
}

}  // namespace convolens
