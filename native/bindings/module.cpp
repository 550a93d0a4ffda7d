#define CONVOLENS_IMPORTS_NUMPY
#include "bindings/array.h"
#include "bindings/topics.h"

NB_MODULE(_native, module) {
    module.doc() = "The native kernels. Arrays are float32 and dense in channels-last order.";
    if (_import_array() < 0) throw nanobind::python_error();
    // A tensor that lives until the interpreter ends keeps the weights that were packed for it.
    nanobind::set_leak_warnings(false);
#define CONVOLENS_BIND(topic) convolens::bind_##topic(module);
    CONVOLENS_TOPICS(CONVOLENS_BIND)
#undef CONVOLENS_BIND
}
