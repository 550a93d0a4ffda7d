#include "bindings/array.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <vector>

#include "bindings/check.h"
#include "bindings/recording.h"
#include "runtime/allocator.h"

namespace convolens {
namespace {

// The axis that is the i-th in memory, the outermost first.
int memory_axis(int rank, int i) {
    if (rank < 3 || i == 0) return i;
    return i == rank - 1 ? 1 : i + 1;
}

std::string describe(std::span<const npy_intp> shape) {
    std::string text = "[";
    for (const npy_intp extent : shape)
        text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
    return text + "]";
}

// Memory that recordings use again is given back by capsules of this name.
constexpr const char* kReused = "convolens.reused";

// An array that is about to be read or written lives as long as a recording that listens, unless it
// lies in its memory.
void hold_array(PyArrayObject* array) {
    Recording* recording = Recording::listening();
    if (!recording) return;
    PyObject* owner = reinterpret_cast<PyObject*>(array);
    while (owner && PyArray_Check(owner))
        owner = PyArray_BASE(reinterpret_cast<PyArrayObject*>(owner));
    const bool own =
        owner && PyCapsule_IsValid(owner, kReused) &&
        *static_cast<std::shared_ptr<Reuse>*>(PyCapsule_GetContext(owner)) == recording->memory();
    if (!own) recording->keep(reinterpret_cast<PyObject*>(array));
}

const void* checked(const Array& array, const char* name, int type, const char* type_name) {
    PyArrayObject* object = array.get();
    if (PyArray_TYPE(object) != type || !PyArray_ISNOTSWAPPED(object))
        refuse(name, std::string("expected data type ") + type_name);
    if (!PyArray_ISALIGNED(object) || !array.is_dense())
        refuse(name, "expected dense channels-last memory");
    hold_array(object);
    return PyArray_DATA(object);
}

void check_shape(const Array& array, const char* name, std::initializer_list<i64> shape) {
    bool same = static_cast<std::size_t>(array.rank()) == shape.size();
    int axis = 0;
    for (const i64 extent : shape) same = same && array.extent(axis++) == extent;
    if (same) return;
    const std::vector<npy_intp> expected(shape.begin(), shape.end());
    refuse(name, "expected shape " + describe(expected) + ", not " + describe(array.shape()));
}

void release(PyObject* capsule) {
    deallocate(PyCapsule_GetPointer(capsule, nullptr));
}

void release_reused(PyObject* capsule) {
    auto* memory = static_cast<std::shared_ptr<Reuse>*>(PyCapsule_GetContext(capsule));
    (*memory)->give_back(PyCapsule_GetPointer(capsule, kReused));
    delete memory;
}

// What owns so many bytes and gives them back: a recording's that listens, or the allocator's.
PyObject* new_memory(std::size_t bytes) {
    Recording* recording = Recording::listening();
    if (!recording) {
        void* data = allocate(bytes);
        PyObject* capsule = PyCapsule_New(data, nullptr, release);
        if (!capsule) deallocate(data);
        return capsule;
    }
    auto memory = std::make_unique<std::shared_ptr<Reuse>>(recording->memory());
    void* data = (*memory)->take(bytes);
    PyObject* capsule = PyCapsule_New(data, kReused, nullptr);
    if (!capsule) {
        (*memory)->give_back(data);
        return nullptr;
    }
    PyCapsule_SetContext(capsule, memory.release());
    PyCapsule_SetDestructor(capsule, release_reused);
    return capsule;
}

}  // namespace

bool Array::is_dense() const {
    if (size() == 0) return true;
    npy_intp stride = PyArray_ITEMSIZE(array_);
    for (int i = rank() - 1; i >= 0; --i) {
        const int axis = memory_axis(rank(), i);
        if (PyArray_DIM(array_, axis) == 1) continue;
        if (PyArray_STRIDE(array_, axis) != stride) return false;
        stride *= PyArray_DIM(array_, axis);
    }
    return true;
}

const float* Array::read(const char* name) const {
    return static_cast<const float*>(checked(*this, name, NPY_FLOAT32, "float32"));
}

const float* Array::read(const char* name, std::initializer_list<i64> shape) const {
    check_shape(*this, name, shape);
    return read(name);
}

float* Array::write(const char* name) const {
    if (!PyArray_ISWRITEABLE(array_)) refuse(name, "the array is read-only");
    return const_cast<float*>(read(name));
}

float* Array::write(const char* name, std::initializer_list<i64> shape) const {
    check_shape(*this, name, shape);
    return write(name);
}

bool Array::is_strided_float() const {
    if (PyArray_TYPE(array_) != NPY_FLOAT32 || !PyArray_ISNOTSWAPPED(array_) ||
        !PyArray_ISALIGNED(array_))
        return false;
    for (int axis = 0; axis < rank(); ++axis)
        if (PyArray_STRIDE(array_, axis) % PyArray_ITEMSIZE(array_) != 0) return false;
    return true;
}

const float* Array::read_strided(const char* name) const {
    if (!is_strided_float())
        refuse(name, "expected aligned float32 memory with strides of whole elements");
    hold_array(array_);
    return static_cast<const float*>(PyArray_DATA(array_));
}

float* Array::write_strided(const char* name) const {
    if (!PyArray_ISWRITEABLE(array_)) refuse(name, "the array is read-only");
    return const_cast<float*>(read_strided(name));
}

const i64* Array::read_int64(const char* name) const {
    return static_cast<const i64*>(checked(*this, name, NPY_INT64, "int64"));
}

const i64* Array::read_int64(const char* name, std::initializer_list<i64> shape) const {
    check_shape(*this, name, shape);
    return read_int64(name);
}

std::vector<i64> Array::copy_int64(const char* name) const {
    const i64* from = read_int64(name);
    return {from, from + size()};
}

i64* Array::write_int64(const char* name) const {
    if (!PyArray_ISWRITEABLE(array_)) refuse(name, "the array is read-only");
    return const_cast<i64*>(read_int64(name));
}

const unsigned char* Array::read_bool(const char* name) const {
    return static_cast<const unsigned char*>(checked(*this, name, NPY_BOOL, "bool"));
}

void check_same(const Array& a, const Array& b) {
    if (std::ranges::equal(a.shape(), b.shape())) return;
    throw std::invalid_argument("the arrays differ in shape: " + describe(a.shape()) + " and " +
                                describe(b.shape()));
}

PyObject* new_array(std::span<const npy_intp> shape, PyArray_Descr* dtype) {
    // Memory is handed out as it is: types that hold references would find garbage there.
    constexpr std::array kTypes{NPY_FLOAT32, NPY_FLOAT64, NPY_INT64,
                                NPY_INT32,   NPY_UINT8,   NPY_BOOL};
    if (std::find(kTypes.begin(), kTypes.end(), dtype->type_num) == kTypes.end())
        throw nanobind::type_error("arrays hold float32, float64, int64, int32, uint8 or bool");
    const int rank = static_cast<int>(shape.size());
    if (rank > kLargestRank) throw std::invalid_argument("at most 32 dimensions are supported");
    npy_intp stride = PyDataType_ELSIZE(dtype);
    std::array<npy_intp, kLargestRank> strides{};
    bool empty = false;
    for (int i = rank - 1; i >= 0; --i) {
        const int axis = memory_axis(rank, i);
        const npy_intp extent = shape[static_cast<std::size_t>(axis)];
        if (extent < 0) throw std::invalid_argument("a shape cannot have a negative dimension");
        strides[static_cast<std::size_t>(axis)] = stride;
        if (extent == 0) empty = true;
        if (extent > 0 && stride > std::numeric_limits<npy_intp>::max() / extent)
            throw std::bad_alloc();
        if (extent > 0) stride *= extent;
    }
    PyObject* capsule = new_memory(empty ? 0 : static_cast<std::size_t>(stride));
    if (!capsule) throw nanobind::python_error();
    void* data = PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule));
    Py_INCREF(dtype);
    PyObject* array = PyArray_NewFromDescr(&PyArray_Type, dtype, rank, shape.data(), strides.data(),
                                           data, NPY_ARRAY_WRITEABLE, nullptr);
    if (!array) {
        Py_DECREF(capsule);
        throw nanobind::python_error();
    }
    if (PyArray_SetBaseObject(reinterpret_cast<PyArrayObject*>(array), capsule) != 0) {
        Py_DECREF(array);
        throw nanobind::python_error();
    }
    return array;
}

}  // namespace convolens
