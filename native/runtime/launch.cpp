#include "runtime/launch.h"

#include <memory>

#include "runtime/allocator.h"
#include "runtime/poison.h"

namespace convolens {
namespace {

struct Scratch {
    float* data = nullptr;
    std::size_t floats = 0;

    ~Scratch() { deallocate(data); }
};

}  // namespace

float* thread_scratch(std::size_t floats) {
    thread_local Scratch scratch;
    if (scratch.floats < floats) {
        deallocate(scratch.data);
        scratch.data = nullptr;
        scratch.floats = 0;
        scratch.data = static_cast<float*>(allocate(floats * sizeof(float)));
        scratch.floats = floats;
    }
    unpoison(scratch.data, floats * sizeof(float));
    poison(scratch.data + floats, (scratch.floats - floats) * sizeof(float));
    return scratch.data;
}

}  // namespace convolens
