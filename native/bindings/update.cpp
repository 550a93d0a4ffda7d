// One step of an optimiser, on the parameters in place.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

using Update = decltype(KernelTable::sgd);

// Which states a kernel cannot do without.
struct Needs {
    bool first, second;
};

template <Update KernelTable::* kernel, Needs needs>
void step(UpdateArgs args, Array parameter, Array gradient, nb::handle first, nb::handle second,
          nb::handle third) {
    if ((needs.first && first.is_none()) || (needs.second && second.is_none()))
        throw std::invalid_argument("the optimiser's state is missing");
    const auto state = [&](nb::handle handle, const char* name) -> float* {
        if (handle.is_none()) return nullptr;
        const Array array = nb::cast<Array>(handle);
        check_same(parameter, array);
        return array.write(name);
    };
    check_same(parameter, gradient);
    args.parameter = parameter.write("parameter");
    args.gradient = gradient.read("gradient");
    args.first = state(first, "first");
    args.second = state(second, "second");
    args.third = state(third, "third");
    const WithoutGil without_gil;
    launch(kernels().*kernel, args, parameter.size(), 2 * kElement);
}

}  // namespace

void bind_update(nb::module_& module) {
    nb::class_<UpdateArgs>(module, "Update")
        .def(nb::init<>())
        .def_rw("lr", &UpdateArgs::lr)
        .def_rw("shrink", &UpdateArgs::shrink)
        .def_rw("weight_decay", &UpdateArgs::weight_decay)
        .def_rw("momentum", &UpdateArgs::momentum)
        .def_rw("fresh_share", &UpdateArgs::fresh_share)
        .def_rw("beta1_rest", &UpdateArgs::beta1_rest)
        .def_rw("beta2", &UpdateArgs::beta2)
        .def_rw("beta2_rest", &UpdateArgs::beta2_rest)
        .def_rw("epsilon", &UpdateArgs::epsilon)
        .def_rw("root_correction", &UpdateArgs::root_correction)
        .def_rw("nesterov", &UpdateArgs::nesterov)
        .def_rw("fresh", &UpdateArgs::fresh)
        .def_rw("maximize", &UpdateArgs::maximize);
#define CONVOLENS_UPDATE(name, first, second)                                             \
    module.def(#name, &step<&KernelTable::name, Needs{first, second}>, nb::arg("update"), \
               nb::arg("parameter"), nb::arg("gradient"), nb::arg("first").none(),        \
               nb::arg("second").none(), nb::arg("third").none());
    CONVOLENS_UPDATE(sgd, false, false)
    CONVOLENS_UPDATE(adagrad, false, true)
    CONVOLENS_UPDATE(rmsprop, false, true)
    CONVOLENS_UPDATE(adam, true, true)
#undef CONVOLENS_UPDATE
}

}  // namespace convolens
