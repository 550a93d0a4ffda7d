// A call of an operator that is like one before: what tensor/apply.py does for it, in one step.
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "bindings/array.h"
#include "bindings/tensors.h"
#include "bindings/topics.h"

namespace nb = nanobind;

namespace convolens {
namespace {

constexpr std::size_t kMostInputs = 8;
using Held = std::array<nb::object, kMostInputs>;

nb::object item(PyObject* tuple, Py_ssize_t place) {
    if (!PyTuple_Check(tuple) || place >= PyTuple_GET_SIZE(tuple))
        throw std::invalid_argument("a tuple is missing or too short");
    return nb::borrow(PyTuple_GET_ITEM(tuple, place));
}

// The value under a key, or a null object.
nb::object found(PyObject* dict, PyObject* key) {
    PyObject* value = PyDict_GetItemWithError(dict, key);
    if (!value && PyErr_Occurred()) throw nb::python_error();
    return nb::borrow(value);
}

// An input as the run lays it out; what the memory's version has kept is taken without asking it.
nb::object laid_out(PyObject* tensor, nb::handle run, PyObject* layout, const nb::object& array) {
    const nb::object version = nb::borrow(classes()->counted.get(tensor));
    if (!version.is_valid() || !classes()->version.holds(version.ptr()))
        throw std::invalid_argument("a tensor counts no changes");
    const nb::object kept = nb::borrow(classes()->kept.get(version.ptr()));
    if (classes()->shared.get(version.ptr()) == Py_False && kept && PyDict_Check(kept.ptr())) {
        const nb::object entry = found(kept.ptr(), layout);
        if (entry.is_valid()) {
            const nb::object owner = item(entry.ptr(), 0), value = item(entry.ptr(), 1);
            if (owner.is(array) && !value.is_none()) return value;
        }
    }
    return version.attr("packed")(run, array);
}

nb::object run_on(PyObject* run, const Held& inputs, std::size_t count) {
    std::array<PyObject*, kMostInputs> each{};
    for (std::size_t i = 0; i < count; ++i) each[i] = inputs[i].ptr();
    nb::object result = nb::steal(PyObject_Vectorcall(run, each.data(), count, nullptr));
    if (!result.is_valid()) throw nb::python_error();
    return result;
}

// What a choice makes of the arrays of some tensors.
nb::object computed(const nb::object& choice, const nb::tuple& inputs, Held& arrays) {
    const std::size_t count = inputs.size();
    if (item(choice.ptr(), 3).ptr() != Py_True)
        for (std::size_t i = 0; i < count; ++i)
            if (!Array(reinterpret_cast<PyArrayObject*>(arrays[i].ptr())).is_dense())
                arrays[i] = inputs[i].attr("version").attr("dense")(arrays[i]);
    const nb::object run = item(choice.ptr(), 2), packed = item(choice.ptr(), 4);
    if (packed.is_none()) return run_on(run.ptr(), arrays, count);
    const nb::object layout = item(packed.ptr(), 1);
    for (nb::handle index : nb::cast<nb::tuple>(item(packed.ptr(), 0))) {
        const auto place = nb::cast<std::size_t>(index);
        if (place >= count) throw std::invalid_argument("a run lays out an input that is missing");
        nb::handle tensor = inputs[place];
        arrays[place] = laid_out(tensor.ptr(), run, layout.ptr(), arrays[place]);
    }
    return run_on(item(packed.ptr(), 2).ptr(), arrays, count);
}

// Computes an operator on tensors by a choice that has been made before: `choices` has it for the
// operator's key and the inputs' specs. Returns None if there is no such choice, or no memory.
nb::object call(nb::dict choices, nb::handle key, nb::tuple inputs) {
    const std::size_t count = inputs.size();
    if (!classes() || count < 1 || count > kMostInputs) return nb::none();
    const Classes& of = *classes();
    const nb::object specs = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(count)));
    if (!specs.is_valid()) throw nb::python_error();
    Held arrays;
    for (std::size_t i = 0; i < count; ++i) {
        PyObject* tensor = PyTuple_GET_ITEM(inputs.ptr(), static_cast<Py_ssize_t>(i));
        if (!of.tensor.holds(tensor)) return nb::none();
        PyObject* spec = of.spec.get(tensor);
        PyObject* array = of.array.get(tensor);
        if (!spec || !array || !PyArray_Check(array)) return nb::none();
        PyTuple_SET_ITEM(specs.ptr(), static_cast<Py_ssize_t>(i), Py_NewRef(spec));
        arrays[i] = nb::borrow(array);
    }
    const nb::object choice = found(choices.ptr(), nb::make_tuple(key, specs).ptr());
    if (!choice.is_valid()) return nb::none();
    try {
        const nb::object array = computed(choice, inputs, arrays);
        return of.made(array, item(choice.ptr(), 1));
    } catch (const nb::python_error& error) {
        if (!error.matches(PyExc_MemoryError)) throw;
        return nb::none();
    }
}

}  // namespace

void bind_call(nb::module_& module) {
    module.def("call", &call, nb::arg("choices"), nb::arg("key"), nb::arg("inputs"));
}

}  // namespace convolens
