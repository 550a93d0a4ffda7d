#include "runtime/launch.h"

#include <algorithm>
#include <atomic>
#include <new>

#include "runtime/allocator.h"
#include "runtime/dry_run.h"
#include "runtime/poison.h"

namespace convolens {
namespace {

struct Scratch {
    float* data = nullptr;
    std::size_t floats = 0;

    ~Scratch() { deallocate(data); }
};

// Work in chunks.
struct Chunks {
    const AnyKernel& kernel;
    i64 units, per_chunk;
    std::size_t scratch;
    std::atomic<bool> out_of_memory{false};

    static void run(void* context, i64 chunk) {
        Chunks& self = *static_cast<Chunks*>(context);
        const i64 begin = chunk * self.per_chunk;
        const i64 end = std::min(begin + self.per_chunk, self.units);
        float* scratch = nullptr;
        try {
            if (self.scratch) scratch = thread_scratch(self.scratch);
        } catch (const std::bad_alloc&) {
            self.out_of_memory = true;  // no exception may leave a pool thread
            return;
        }
        self.kernel.run(self.kernel, begin, end, scratch);
    }
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

void launch(const AnyKernel& kernel, i64 units, double nanoseconds, std::size_t scratch,
            Order order) {
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
    Chunks all{kernel, units, per_chunk, scratch};
    parallel_for(chunks, &Chunks::run, &all, order, total >= kWorthWaking);
    if (all.out_of_memory) throw std::bad_alloc();
}

}  // namespace convolens
