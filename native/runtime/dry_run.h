// A dry run: calls of this thread compute nothing, and only count the memory that they would take.
#pragma once

#include <cstddef>

namespace convolens::dry_run {

struct Memory {
    std::size_t held;  // bytes of temporary arrays that still exist
    std::size_t peak;  // the most that existed at a time, with the scratch of all threads
};

void begin();
// Returns what was counted since begin.
Memory end();
bool active();

// Called by those who take memory.
void hold(std::size_t bytes);
void release(std::size_t bytes);
void use_scratch(std::size_t bytes);

}  // namespace convolens::dry_run
