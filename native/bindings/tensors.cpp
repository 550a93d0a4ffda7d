#include "bindings/tensors.h"

#include "bindings/topics.h"

namespace nb = nanobind;

namespace convolens {
namespace {

// Made once, at import, and never destroyed: the interpreter may be gone by then, and calls of
// other threads may read it while they run.
const Classes* introduced = nullptr;

void introduce(nb::object tensor, nb::tuple slots, nb::object version, nb::tuple version_slots) {
    introduced = new Classes(tensor, slots, version, version_slots);
}

}  // namespace

const Classes* classes() {
    return introduced;
}

void bind_tensors(nb::module_& module) {
    module.def("introduce", &introduce, nb::arg("tensor"), nb::arg("slots"), nb::arg("version"),
               nb::arg("version_slots"));
}

}  // namespace convolens
