// NumPy arrays at the border: borrowed without conversion, and checked before a pointer leaves.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL convolens_numpy_api
#ifndef CONVOLENS_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>

namespace convolens {

using i64 = std::int64_t;

// A borrowed NumPy array. Whoever called the function holds the reference.
class Array {
  public:
    Array() = default;
    explicit Array(PyArrayObject* array) : array_(array) {}

    PyArrayObject* get() const { return array_; }
    int rank() const { return PyArray_NDIM(array_); }
    i64 extent(int axis) const { return PyArray_DIM(array_, axis); }
    // In elements; only for arrays that read_strided or write_strided take.
    i64 stride(int axis) const { return PyArray_STRIDE(array_, axis) / PyArray_ITEMSIZE(array_); }
    i64 size() const { return PyArray_SIZE(array_); }
    std::span<const npy_intp> shape() const {
        return {PyArray_DIMS(array_), static_cast<std::size_t>(rank())};
    }

    // Whether the elements lie without gaps in the order N, spatial axes, C (which is the order of
    // the axes themselves for fewer than three).
    bool is_dense() const;

    // Whether it holds float32 in this machine's order, aligned, with strides of whole elements.
    bool is_strided_float() const;

    // A pointer to the elements of a dense float32 array. Throws std::invalid_argument otherwise.
    const float* read(const char* name) const;
    // The same for an array of a given shape.
    const float* read(const char* name, std::initializer_list<i64> shape) const;
    // The same for an array that may be written.
    float* write(const char* name) const;
    float* write(const char* name, std::initializer_list<i64> shape) const;
    // A pointer to the first element of a float32 array with any strides that are whole elements.
    // Throws std::invalid_argument otherwise.
    const float* read_strided(const char* name) const;
    float* write_strided(const char* name) const;
    // A pointer to a dense int64 array, of a given shape or any.
    const i64* read_int64(const char* name) const;
    const i64* read_int64(const char* name, std::initializer_list<i64> shape) const;
    i64* write_int64(const char* name) const;
    // Its numbers in a copy, which no other thread can change once it has been checked.
    std::vector<i64> copy_int64(const char* name) const;
    // A pointer to a dense array of truth values.
    const unsigned char* read_bool(const char* name) const;

  private:
    PyArrayObject* array_ = nullptr;
};

// Throws std::invalid_argument if the arrays differ in shape.
void check_same(const Array& a, const Array& b);

// A new array of dense layout whose memory comes from the caching allocator.
PyObject* new_array(std::span<const npy_intp> shape, PyArray_Descr* dtype);

}  // namespace convolens

NAMESPACE_BEGIN(NB_NAMESPACE)
NAMESPACE_BEGIN(detail)

template <>
struct type_caster<convolens::Array> {
    NB_TYPE_CASTER(convolens::Array, const_name("numpy.ndarray"))

    bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
        if (!PyArray_Check(source.ptr())) return false;
        value = convolens::Array(reinterpret_cast<PyArrayObject*>(source.ptr()));
        return true;
    }
};

NAMESPACE_END(detail)
NAMESPACE_END(NB_NAMESPACE)
