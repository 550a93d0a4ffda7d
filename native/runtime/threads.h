// The thread pool: shares out numbered chunks of work.
#pragma once

#include <cstdint>

namespace convolens {

// The work of one chunk. `thread` is below thread_count() and tells concurrent callers apart.
using ChunkFunction = void (*)(void* context, std::int64_t chunk);

// Runs chunks 0 .. count-1, each once, on the calling thread and the pool, and returns when all are
// done. Which thread runs a chunk is not determined, so a chunk's result must not depend on it.
// While another thread uses the pool, everything runs on the calling thread.
void parallel_for(std::int64_t count, ChunkFunction run, void* context);

// The number of threads that work at once, the calling one included.
int thread_count() noexcept;
// Throws std::invalid_argument if `count` is below 1 or above 1024.
void set_thread_count(int count);

}  // namespace convolens
