#define CONVOLENS_IMPORTS_NUMPY
#include "bindings/array.h"
#include "bindings/topics.h"

NB_MODULE(_native, module) {
    module.doc() = "The native kernels. Arrays are float32 and dense in channels-last order.";
    if (_import_array() < 0) throw nanobind::python_error();
    convolens::bind_activation(module);
    // A tensor that lives until the interpreter ends keeps the weights that were packed for it.
    nanobind::set_leak_warnings(false);
    convolens::bind_arrays(module);
    convolens::bind_blocks(module);
    convolens::bind_call(module);
    convolens::bind_conv(module);
    convolens::bind_dense(module);
    convolens::bind_elementwise(module);
    convolens::bind_filter(module);
    convolens::bind_pixels(module);
    convolens::bind_normalize(module);
    convolens::bind_loss(module);
    convolens::bind_phases(module);
    convolens::bind_pick(module);
    convolens::bind_images(module);
    convolens::bind_pool(module);
    convolens::bind_reduce(module);
    convolens::bind_rows(module);
    convolens::bind_select(module);
    convolens::bind_system(module);
    convolens::bind_unpool(module);
    convolens::bind_update(module);
}
