// New arrays, and changes of memory layout.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "bindings/array.h"
#include "bindings/check.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/move.h"
#include "runtime/transpose.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// to[b][columns][rows] = from[b][rows][columns]. Where few numbers lie beside each other in either,
// blocks would be mostly empty: they are woven.
void transpose_all(const float* from, float* to, i64 matrices, i64 rows, i64 columns) {
    constexpr i64 kFew = 4;
    if (std::min(rows, columns) <= kFew) {
        const i64 size = rows * columns;
        const std::array axes{MoveAxis{matrices, size, size}, MoveAxis{rows, columns, 1},
                              MoveAxis{columns, 1, rows}};
        return move(from, to, axes);
    }
    transpose(from, to, matrices, rows, columns, columns);
}

i64 spatial_size(const Array& array) {
    i64 size = 1;
    for (int axis = 2; axis < array.rank(); ++axis) size *= array.extent(axis);
    return size;
}

nb::object empty(nb::tuple shape, nb::handle dtype) {
    if (!PyArray_DescrCheck(dtype.ptr())) throw nb::type_error("dtype must be a numpy.dtype");
    npy_intp extents[kLargestRank];
    if (shape.size() > kLargestRank)
        throw std::invalid_argument("at most 32 dimensions are supported");
    for (std::size_t i = 0; i < shape.size(); ++i) extents[i] = nb::cast<npy_intp>(shape[i]);
    return nb::steal(
        new_array({extents, shape.size()}, reinterpret_cast<PyArray_Descr*>(dtype.ptr())));
}

// The axes of two arrays of floats of one shape. Throws std::invalid_argument if their shapes
// differ, or a place of the target would be written twice.
std::vector<MoveAxis> shared_axes(const Array& source, const Array& target) {
    const int rank = source.rank();
    if (rank != target.rank() || rank > kLargestRank)
        throw std::invalid_argument("move: the arrays differ in rank");
    std::vector<MoveAxis> axes;
    for (int axis = 0; axis < rank; ++axis) {
        const i64 extent = target.extent(axis);
        const bool repeated = source.extent(axis) == 1;
        if (source.extent(axis) != extent && !repeated)
            throw std::invalid_argument("move: the arrays differ in shape");
        if (target.stride(axis) == 0 && extent > 1)
            throw std::invalid_argument("move: a place of the target would be written twice");
        axes.push_back({extent, repeated ? 0 : source.stride(axis), target.stride(axis)});
    }
    return axes;
}

// Whether kernels can read an array as it is.
bool is_dense(Array array) {
    return array.is_dense() && PyArray_ISBEHAVED_RO(array.get());
}

// For what kernels do not read, and so no recording can hold.
void copy_by_numpy(const Array& source, const Array& target) {
    if (Recording* recording = Recording::listening()) recording->miss();
    if (PyArray_CopyInto(target.get(), source.get()) != 0) throw nb::python_error();
}

// The array itself if it is dense, else a dense copy.
nb::object dense(nb::handle source) {
    if (!PyArray_Check(source.ptr())) throw nb::type_error("expected a numpy.ndarray");
    const Array array(reinterpret_cast<PyArrayObject*>(source.ptr()));
    if (is_dense(array)) return nb::borrow(source);
    nb::object copy = nb::steal(new_array(array.shape(), PyArray_DESCR(array.get())));
    const Array target(reinterpret_cast<PyArrayObject*>(copy.ptr()));
    if (array.is_strided_float() && array.rank() <= MoveArgs::kAxes) {
        const float* from = array.read_strided("array");
        float* to = target.write_strided("copy");
        compute([=, axes = shared_axes(array, target)] { move(from, to, axes); });
    } else {
        copy_by_numpy(array, target);
    }
    return copy;
}

// A view of another shape: the last axes are the array's own, or repeat it where it has size 1.
nb::object expand(nb::handle source, nb::tuple shape) {
    if (!PyArray_Check(source.ptr())) throw nb::type_error("expected a numpy.ndarray");
    const Array array(reinterpret_cast<PyArrayObject*>(source.ptr()));
    npy_intp extents[kLargestRank], strides[kLargestRank];
    const int rank = static_cast<int>(shape.size()), extra = rank - array.rank();
    if (rank > kLargestRank || extra < 0) throw std::invalid_argument("expand: wrong rank");
    for (int axis = 0; axis < rank; ++axis) {
        extents[axis] = nb::cast<npy_intp>(shape[static_cast<std::size_t>(axis)]);
        const bool is_own = axis >= extra && array.extent(axis - extra) == extents[axis];
        if (!is_own && axis >= extra && array.extent(axis - extra) != 1)
            throw std::invalid_argument("expand: an axis is neither kept nor repeated");
        if (extents[axis] < 0) throw std::invalid_argument("expand: a size is negative");
        strides[axis] = is_own ? PyArray_STRIDE(array.get(), axis - extra) : 0;
    }
    PyArray_Descr* dtype = PyArray_DESCR(array.get());
    Py_INCREF(dtype);
    nb::object view = nb::steal(PyArray_NewFromDescr(&PyArray_Type, dtype, rank, extents, strides,
                                                     PyArray_DATA(array.get()), 0, nullptr));
    if (!view.is_valid()) throw nb::python_error();
    Py_INCREF(source.ptr());
    if (PyArray_SetBaseObject(reinterpret_cast<PyArrayObject*>(view.ptr()), source.ptr()) != 0)
        throw nb::python_error();
    return view;
}

bool are_dense(nb::list arrays) {
    for (const nb::handle array : arrays)
        if (!is_dense(nb::cast<Array>(array))) return false;
    return true;
}

// y = x read in the order of its indices: [N][I][C] in memory becomes [N][C][I].
void flatten(Array x, Array y) {
    const float* from = x.read("x");
    if (x.rank() < 3 || y.rank() > 2 || x.size() != y.size())
        throw std::invalid_argument("flatten: expected an image and a matrix of one size");
    float* to = y.write("y");
    const i64 images = x.extent(0), pixels = spatial_size(x), channels = x.extent(1);
    compute([=] { transpose_all(from, to, images, pixels, channels); });
}

// The inverse of flatten.
void unflatten(Array x, Array y) {
    const float* from = x.read("x");
    if (y.rank() < 3 || x.rank() > 2 || x.size() != y.size())
        throw std::invalid_argument("unflatten: expected a matrix and an image of one size");
    float* to = y.write("y");
    const i64 images = y.extent(0), pixels = spatial_size(y), channels = y.extent(1);
    compute([=] { transpose_all(from, to, images, channels, pixels); });
}

// target = source, two arrays of floats with any strides, of one shape but for axes along which the
// source has size 1 and is repeated. The target's places must be different ones, and not the
// source's.
void move_between(Array source, Array target) {
    float* to = target.write_strided("target");
    std::vector<MoveAxis> axes = shared_axes(source, target);
    if (PyArray_TYPE(source.get()) == NPY_FLOAT32 && !source.is_strided_float()) {
        // Memory that somebody else made may lie between the places that kernels read.
        return copy_by_numpy(source, target);
    }
    const float* from = source.read_strided("source");
    compute([=, axes = std::move(axes)] { move(from, to, axes); });
}

}  // namespace

void bind_arrays(nb::module_& module) {
    module.def("empty", &empty, nb::arg("shape"), nb::arg("dtype"));
    module.def("dense", &dense, nb::arg("array"));
    module.def("is_dense", &is_dense, nb::arg("array"));
    module.def("expand", &expand, nb::arg("array"), nb::arg("shape"));
    module.def("are_dense", &are_dense, nb::arg("arrays"));
    module.def("flatten", &flatten, nb::arg("x"), nb::arg("y"));
    module.def("move", &move_between, nb::arg("source"), nb::arg("target"));
    module.def("unflatten", &unflatten, nb::arg("x"), nb::arg("y"));
}

}  // namespace convolens
