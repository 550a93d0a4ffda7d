// The thread pool: shares out numbered chunks of work.
#pragma once

#include <cstdint>

namespace convolens {

// The work of one chunk.
using ChunkFunction = void (*)(void* context, std::int64_t chunk);

// Runs chunks 0 .. count-1, each once, on the calling thread and the pool, and returns when all are
// done. Which thread runs a chunk is not determined, so a chunk's result must not depend on it.
// While another thread uses the pool, everything runs on the calling thread.
//
// Each thread begins with the first of its share, or with `order` backwards with the last. Of two
// passes over an array the second finds in the caches what the first read last, if one of them
// goes backwards.
//
// Threads that sleep are woken for it only if it is long enough for that: `wake`.
enum class Order { kForwards, kBackwards };
void parallel_for(std::int64_t count, ChunkFunction run, void* context,
                  Order order = Order::kForwards, bool wake = true);

// The number of threads that work at once, the calling one included.
int thread_count() noexcept;
// Throws std::invalid_argument if `count` is below 1 or above 1024.
void set_thread_count(int count);

}  // namespace convolens
