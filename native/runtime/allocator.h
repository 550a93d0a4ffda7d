// Memory for arrays: 64-byte aligned, and kept for reuse when it is given back.
//
// A training step asks for the same sizes again and again. Fresh pages from the operating system
// cost more than the arithmetic of a small network.
#pragma once

#include <cstddef>

namespace convolens {

struct MemoryStatistics {
    std::size_t in_use;  // bytes handed out
    std::size_t cached;  // bytes kept for reuse
    std::size_t peak;    // the largest in_use so far
};

// Returns at least `bytes` bytes. Throws std::bad_alloc if there are none.
void* allocate(std::size_t bytes);
void deallocate(void* pointer) noexcept;

// Gives all cached memory back to the operating system.
void empty_cache() noexcept;
MemoryStatistics memory_statistics() noexcept;

}  // namespace convolens
