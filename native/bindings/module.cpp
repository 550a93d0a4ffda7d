#define CONVOLENS_IMPORTS_NUMPY
#include "bindings/array.h"
#include "bindings/topics.h"

NB_MODULE(_native, module) {
    module.doc() = "The native kernels. Arrays are float32 and dense in channels-last order.";
    if (_import_array() < 0) throw nanobind::python_error();
    convolens::bind_arrays(module);
    convolens::bind_conv(module);
    convolens::bind_dense(module);
    convolens::bind_elementwise(module);
    convolens::bind_filter(module);
    convolens::bind_pixels(module);
    convolens::bind_pool(module);
    convolens::bind_rows(module);
    convolens::bind_system(module);
    convolens::bind_update(module);
}
