#include "bindings/parts.h"

#include <array>

#include "bindings/tensors.h"
#include "bindings/topics.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// The array, what counts its changes, the count, and whether others share it; not counted.
std::array<PyObject*, 4> state_of(PyObject* tensor) {
    PyObject* version = classes()->counted.get(tensor);
    const bool known = version && classes()->version.holds(version);
    return {classes()->array.get(tensor), version, known ? classes()->number.get(version) : nullptr,
            known ? classes()->shared.get(version) : nullptr};
}

bool is_tensor(PyObject* object) {
    return classes() && classes()->tensor.holds(object);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(self));
    return nb::inst_ready(self) ? nb::inst_ptr<Parts>(self)->visit(visit, arg) : 0;
}

int clear(PyObject* self) {
    nb::inst_ptr<Parts>(self)->clear();
    return 0;
}

}  // namespace

Parts::Parts(nb::tuple tables, nb::tuple modules) : tables_(tables), modules_(modules) {
    nb::list held;
    for (nb::handle table : tables_) {
        if (!PyDict_Check(table.ptr())) throw nb::type_error("a table is no dict");
        for (nb::handle value : nb::borrow<nb::dict>(table).values()) {
            held.append(value);
            if (!is_tensor(value.ptr())) continue;
            for (PyObject* each : state_of(value.ptr())) states_.push_back(nb::borrow(each));
        }
    }
    held_ = nb::tuple(held);
}

bool Parts::same() const {
    // Kernels have taken the caches meanwhile: what lies far away is asked for at once.
    for (nb::handle table : tables_) __builtin_prefetch(table.ptr());
    for (nb::handle value : held_) __builtin_prefetch(value.ptr());
    for (const nb::object& state : states_) __builtin_prefetch(state.ptr());
    Py_ssize_t place = 0;
    std::size_t state = 0;
    for (nb::handle table : tables_) {
        PyObject *key = nullptr, *value = nullptr;
        for (Py_ssize_t at = 0; PyDict_Next(table.ptr(), &at, &key, &value); ++place) {
            if (place >= PyTuple_GET_SIZE(held_.ptr())) return false;
            if (PyTuple_GET_ITEM(held_.ptr(), place) != value) return false;
            if (!is_tensor(value)) continue;
            for (PyObject* each : state_of(value))
                if (state >= states_.size() || states_[state++].ptr() != each) return false;
        }
    }
    return place == PyTuple_GET_SIZE(held_.ptr());
}

bool Parts::training() const {
    static PyObject* name = PyUnicode_InternFromString("training");
    for (nb::handle module : modules_) {
        const nb::object mode = nb::steal(PyObject_GetAttr(module.ptr(), name));
        if (!mode.is_valid()) throw nb::python_error();
        if (!mode.is(Py_False)) return true;
    }
    return false;
}

int Parts::visit(visitproc visit, void* arg) {
    Py_VISIT(tables_.ptr());
    Py_VISIT(modules_.ptr());
    Py_VISIT(held_.ptr());
    return 0;
}

void Parts::clear() {
    tables_ = modules_ = held_ = nb::tuple();
}

void bind_parts(nb::module_& module) {
    static PyType_Slot slots[] = {{Py_tp_traverse, reinterpret_cast<void*>(traverse)},
                                  {Py_tp_clear, reinterpret_cast<void*>(clear)},
                                  {0, nullptr}};
    nb::class_<Parts>(module, "Parts", nb::type_slots(slots))
        .def(nb::init<nb::tuple, nb::tuple>(), nb::arg("tables"), nb::arg("modules"))
        .def("same", &Parts::same)
        .def("training", &Parts::training);
}

}  // namespace convolens
