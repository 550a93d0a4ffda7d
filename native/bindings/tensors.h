// What the native side knows of tensors, whose class is Python's.
#pragma once

#include <nanobind/nanobind.h>
#include <structmember.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace convolens {

// A field of the objects of a class that names it in __slots__.
class Slot {
  public:
    Slot(nanobind::handle type, const char* name) {
        const nanobind::object found = type.attr(name);
        const auto* slot = reinterpret_cast<const PyMemberDescrObject*>(found.ptr());
        if (Py_TYPE(found.ptr()) != &PyMemberDescr_Type || slot->d_member->type != T_OBJECT_EX ||
            !PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(type.ptr()), PyDescr_TYPE(slot)))
            throw std::invalid_argument(std::string(name) + " is no slot");
        offset_ = slot->d_member->offset;
    }

    // What an object holds there, not counted, or null. It must be of the class.
    PyObject* get(PyObject* object) const { return *place(object); }

    // For an object that is being made, or that nobody else has yet.
    void set(PyObject* object, PyObject* value) const {
        PyObject* before = *place(object);
        *place(object) = Py_XNewRef(value);
        Py_XDECREF(before);
    }

  private:
    PyObject** place(PyObject* object) const {
        return reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + offset_);
    }

    Py_ssize_t offset_;
};

// An object of a class with __slots__, of which copies are made.
class Template {
  public:
    Template(nanobind::object object, nanobind::tuple names)
        : object_(object), type_(reinterpret_cast<PyTypeObject*>(object.type().ptr())) {
        for (nanobind::handle name : names)
            slots_.emplace_back(object_.type(), nanobind::cast<const char*>(name));
    }

    bool holds(PyObject* object) const { return PyObject_TypeCheck(object, type_); }

    nanobind::object copy() const {
        nanobind::object made = nanobind::steal(type_->tp_alloc(type_, 0));
        if (!made.is_valid()) throw nanobind::python_error();
        for (const Slot& slot : slots_) slot.set(made.ptr(), slot.get(object_.ptr()));
        return made;
    }

  private:
    nanobind::object object_;
    PyTypeObject* type_;
    std::vector<Slot> slots_;
};

// What is known of tensors, and of what counts the changes of their memory.
struct Classes {
    Classes(nanobind::object a_tensor, nanobind::tuple slots, nanobind::object a_version,
            nanobind::tuple version_slots)
        : tensor(a_tensor, slots),
          version(a_version, version_slots),
          array(a_tensor.type(), "array"),
          spec(a_tensor.type(), "spec"),
          counted(a_tensor.type(), "version"),
          number(a_version.type(), "number"),
          shared(a_version.type(), "shared"),
          kept(a_version.type(), "_kept") {}

    // A tensor that no call has recorded, around an array with memory of its own.
    nanobind::object made(nanobind::handle from, nanobind::handle its_spec) const {
        nanobind::object result = tensor.copy();
        array.set(result.ptr(), from.ptr());
        spec.set(result.ptr(), its_spec.ptr());
        counted.set(result.ptr(), version.copy().ptr());
        return result;
    }

    Template tensor, version;
    Slot array, spec, counted, number, shared, kept;
};

// Null before the library has introduced its classes.
const Classes* classes();

}  // namespace convolens
