#include "runtime/dry_run.h"

#include <algorithm>

namespace convolens::dry_run {
namespace {

thread_local bool is_active = false;
thread_local Memory memory{};

}  // namespace

void begin() {
    is_active = true;
    memory = {};
}

Memory end() {
    is_active = false;
    return memory;
}

bool active() {
    return is_active;
}

void hold(std::size_t bytes) {
    memory.held += bytes;
    memory.peak = std::max(memory.peak, memory.held);
}

void release(std::size_t bytes) {
    memory.held -= std::min(bytes, memory.held);
}

void use_scratch(std::size_t bytes) {
    memory.peak = std::max(memory.peak, memory.held + bytes);
}

}  // namespace convolens::dry_run
