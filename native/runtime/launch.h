// Runs a kernel over all its units, in chunks, on the thread pool.
#pragma once

#include <cstddef>

#include "kernels/kernels.h"
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

// A kernel of some type of arguments, and arguments of that type.
struct AnyKernel {
    using Function = void (*)();

    void (*run)(const AnyKernel& self, i64 begin, i64 end, float* scratch);
    Function function;
    const void* args;
};

// Args:
//   units: how many units of work the kernel has;
//   nanoseconds: about what one unit takes, from which the chunks' size follows;
//   scratch: floats that the kernel needs for itself;
//   order: in which order each thread computes its share.
// Throws std::bad_alloc if there is no memory for the scratch.
void launch(const AnyKernel& kernel, i64 units, double nanoseconds, std::size_t scratch,
            Order order);

// The same for a kernel and its arguments.
template <class Args>
void launch(void (*kernel)(const Args&, i64, i64, float*), const Args& args, i64 units,
            double nanoseconds, std::size_t scratch = 0, Order order = Order::kForwards) {
    const auto run = [](const AnyKernel& self, i64 begin, i64 end, float* own) {
        const auto typed = reinterpret_cast<void (*)(const Args&, i64, i64, float*)>(self.function);
        typed(*static_cast<const Args*>(self.args), begin, end, own);
    };
    launch({run, reinterpret_cast<AnyKernel::Function>(kernel), &args}, units, nanoseconds, scratch,
           order);
}

}  // namespace convolens
