// Runs a kernel over all its units, in chunks, on the thread pool.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <new>

#include "kernels/kernels.h"
#include "runtime/dry_run.h"
#include "runtime/threads.h"

namespace convolens {

// Rough costs on one core, from which the size of a chunk of work follows.
constexpr double kMultiplyAdd = 0.012;  // nanoseconds in a register tile
constexpr double kElement = 0.15;       // nanoseconds to read, change and write a float
constexpr double kTransposed = 0.5;   // nanoseconds to read it in one order and write it in another
constexpr double kExponential = 0.5;  // nanoseconds

// Handing a chunk to another thread costs about a microsecond, so a chunk should take longer; to
// wake it costs several.
constexpr double kChunk = 2000.0;
constexpr double kWorthWaking = 8000.0;
// Enough to keep 16 threads evenly busy.
constexpr i64 kMostChunks = 64;

// At least `floats` floats, 64-byte aligned, which the calling thread may use until it asks again.
float* thread_scratch(std::size_t floats);

template <class Args>
struct Launch {
    void (*kernel)(const Args&, i64, i64, float*);
    const Args* args;
    i64 units, per_chunk;
    std::size_t scratch;
    std::atomic<bool> out_of_memory{false};

    static void run(void* context, i64 chunk) {
        Launch& self = *static_cast<Launch*>(context);
        const i64 begin = chunk * self.per_chunk;
        const i64 end = std::min(begin + self.per_chunk, self.units);
        float* scratch = nullptr;
        try {
            if (self.scratch) scratch = thread_scratch(self.scratch);
        } catch (const std::bad_alloc&) {
            self.out_of_memory = true;  // no exception may leave a pool thread
            return;
        }
        self.kernel(*self.args, begin, end, scratch);
    }
};

// Args:
//   units: how many units of work the kernel has;
//   nanoseconds: about what one unit takes, from which the chunks' size follows;
//   scratch: floats that the kernel needs for itself;
//   order: in which order each thread computes its share.
// Throws std::bad_alloc if there is no memory for the scratch.
template <class Args>
void launch(void (*kernel)(const Args&, i64, i64, float*), const Args& args, i64 units,
            double nanoseconds, std::size_t scratch = 0, Order order = Order::kForwards) {
    if (units <= 0) return;
    const double total = static_cast<double>(units) * nanoseconds;
    const i64 most = std::min(units, kMostChunks);
    i64 chunks = std::clamp(static_cast<i64>(std::min(total / kChunk, 1e6)), i64{1}, most);
    // As many for each thread: three chunks for two threads take as long as four.
    const i64 threads = thread_count();
    if (chunks > 1) chunks = std::min(units, divide_up(chunks, threads) * threads);
    i64 per_chunk = divide_up(units, chunks);
    // Whole registers of any instruction set to a chunk of elements.
    if (per_chunk > 256) per_chunk = (per_chunk + 63) / 64 * 64;
    chunks = divide_up(units, per_chunk);
    if (dry_run::active()) {
        const auto users = static_cast<std::size_t>(std::min(threads, chunks));
        return dry_run::use_scratch(users * scratch * sizeof(float));
    }
    Launch<Args> launch{kernel, &args, units, per_chunk, scratch};
    parallel_for(chunks, &Launch<Args>::run, &launch, order, total >= kWorthWaking);
    if (launch.out_of_memory) throw std::bad_alloc();
}

}  // namespace convolens
