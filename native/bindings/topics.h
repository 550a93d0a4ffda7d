// The topics of the extension module; each registers its functions.
#pragma once

#include <nanobind/nanobind.h>

namespace convolens {

void bind_activation(nanobind::module_& module);
void bind_arrays(nanobind::module_& module);
void bind_blocks(nanobind::module_& module);
void bind_call(nanobind::module_& module);
void bind_conv(nanobind::module_& module);
void bind_dense(nanobind::module_& module);
void bind_elementwise(nanobind::module_& module);
void bind_filter(nanobind::module_& module);
void bind_pixels(nanobind::module_& module);
void bind_normalize(nanobind::module_& module);
void bind_loss(nanobind::module_& module);
void bind_phases(nanobind::module_& module);
void bind_pick(nanobind::module_& module);
void bind_images(nanobind::module_& module);
void bind_pool(nanobind::module_& module);
void bind_reduce(nanobind::module_& module);
void bind_rows(nanobind::module_& module);
void bind_select(nanobind::module_& module);
void bind_system(nanobind::module_& module);
void bind_unpool(nanobind::module_& module);
void bind_update(nanobind::module_& module);

}  // namespace convolens
