// A plan whose calls are all written down, computed without Python in between.
#include <algorithm>
#include <vector>

#include "bindings/array.h"
#include "bindings/parts.h"
#include "bindings/recording.h"
#include "bindings/tensors.h"
#include "bindings/topics.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// A recording, the arrays that it reads and writes, which it holds, and what tensors of the results
// are said to be.
class Plan {
  public:
    Plan(nb::object recording, nb::tuple inputs, nb::tuple outputs, nb::tuple specs)
        : holder_(recording), specs_(specs), recording_(nb::cast<Recording&>(recording)) {
        if (outputs.size() != specs.size())
            throw std::invalid_argument("there are not as many specs as results");
        for (nb::handle input : inputs) {
            const Array array = nb::cast<Array>(input);
            inputs_.push_back({nb::borrow(input), array, array.write("input")});
        }
        for (nb::handle output : outputs) {
            const Array array = nb::cast<Array>(output);
            outputs_.push_back({nb::borrow(output), array, array.read("output")});
        }
    }

    // Returns tensors of the results, or None if these are not dense tensors like its inputs, or if
    // a network's parts are other ones by now or in training mode.
    nb::object call(nb::tuple tensors, const Parts* parts) {
        if (!classes() || tensors.size() != inputs_.size()) return nb::none();
        const Classes& of = *classes();
        std::vector<nb::object> held;  // while the interpreter's lock is not
        std::vector<Copy> in, out;
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            nb::handle tensor = tensors[i];
            if (!of.tensor.holds(tensor.ptr())) return nb::none();
            held.push_back(nb::borrow(of.array.get(tensor.ptr())));
            if (!held.back().is_valid() || !PyArray_Check(held.back().ptr())) return nb::none();
            const Array array(reinterpret_cast<PyArrayObject*>(held.back().ptr()));
            if (!is_like(array, inputs_[i].array)) return nb::none();
            in.push_back({array.read("input"), inputs_[i].data, bytes(array)});
        }
        if (parts && (!parts->same() || parts->training())) return nb::none();
        nb::list results;
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            PyArray_Descr* dtype = PyArray_DESCR(outputs_[i].array.get());
            const nb::object fresh = nb::steal(new_array(outputs_[i].array.shape(), dtype));
            const Array array(reinterpret_cast<PyArrayObject*>(fresh.ptr()));
            out.push_back({outputs_[i].data, array.write("output"), bytes(array)});
            results.append(of.made(fresh, specs_[i]));
        }
        recording_.replay(in, out);
        return results;
    }

  private:
    template <class Float>
    struct Own {
        nb::object holder;
        Array array;
        Float* data;
    };

    static bool is_like(const Array& given, const Array& own) {
        return PyArray_TYPE(given.get()) == NPY_FLOAT32 && PyArray_ISBEHAVED_RO(given.get()) &&
               given.rank() == own.rank() && std::ranges::equal(given.shape(), own.shape()) &&
               given.is_dense();
    }

    static std::size_t bytes(const Array& array) {
        return static_cast<std::size_t>(array.size()) * sizeof(float);
    }

    nb::object holder_;
    nb::tuple specs_;
    Recording& recording_;
    std::vector<Own<float>> inputs_;
    std::vector<Own<const float>> outputs_;
};

}  // namespace

void bind_plan(nb::module_& module) {
    nb::class_<Plan>(module, "Plan")
        .def(nb::init<nb::object, nb::tuple, nb::tuple, nb::tuple>(), nb::arg("recording"),
             nb::arg("inputs"), nb::arg("outputs"), nb::arg("specs"))
        .def("call", &Plan::call, nb::arg("tensors"), nb::arg("parts").none());
}

}  // namespace convolens
