// The topics of the extension module; each registers its functions.
#pragma once

#include <nanobind/nanobind.h>

namespace convolens {

#define CONVOLENS_TOPICS(X) \
    X(activation)           \
    X(arrays)               \
    X(blocks)               \
    X(call)                 \
    X(conv)                 \
    X(dense)                \
    X(distance)             \
    X(dropout)              \
    X(elementwise)          \
    X(filter)               \
    X(images)               \
    X(label_loss)           \
    X(normalize)            \
    X(pair_loss)            \
    X(parts)                \
    X(phases)               \
    X(pick)                 \
    X(pixels)               \
    X(plan)                 \
    X(pool)                 \
    X(power)                \
    X(prelu)                \
    X(recording)            \
    X(reduce)               \
    X(response_norm)        \
    X(select)               \
    X(softmax)              \
    X(system)               \
    X(tensors)              \
    X(unpool)               \
    X(update)

#define CONVOLENS_DECLARE(topic) void bind_##topic(nanobind::module_& module);
CONVOLENS_TOPICS(CONVOLENS_DECLARE)
#undef CONVOLENS_DECLARE

}  // namespace convolens
