// The machine as the engine sees it: instruction sets, threads, memory.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

#include <stdexcept>

#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/allocator.h"
#include "runtime/buffer.h"
#include "runtime/control_group.h"
#include "runtime/dry_run.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/threads.h"

namespace nb = nanobind;

namespace convolens {
namespace {

constexpr i64 kUnits = 64;
constexpr i64 kMostSteps = i64{1} << 32;

// Returns how many multiply-adds it did, in `steps` steps on every thread.
i64 multiply_adds(i64 steps) {
    if (steps < 1 || steps > kMostSteps)
        throw std::invalid_argument("the steps must be from 1 to 2**32");
    const i64 products = kUnits * steps * MultiplyAddArgs::kSums * kernels().lanes;
    const WithoutGil without_gil;
    const Buffer y(static_cast<std::size_t>(kUnits * kernels().lanes));
    const MultiplyAddArgs args{y.data(), steps, 0.5f, 1.0f};
    launch(kernels().multiply_adds, args, kUnits, static_cast<double>(steps));
    return products;
}

}  // namespace

void bind_system(nb::module_& module) {
    module.def("isa", [] { return std::string(kernels().isa); });
    module.def("register_tile", [] { return std::pair(kernels().lanes, kernels().tile_rows); });
    module.def("instruction_sets", [] {
        nb::dict sets;
        for (const InstructionSet& set : instruction_sets()) sets[set.name.c_str()] = set.available;
        return sets;
    });
    module.def("thread_count", &thread_count);
    module.def("set_thread_count", &set_thread_count, nb::arg("count"),
               nb::call_guard<WithoutGil>());
    nb::module_::import_("atexit").attr("register")(nb::cpp_function(&close_to_other_threads));
    module.def("multiply_adds", &multiply_adds, nb::arg("steps"));
    module.def("begin_dry_run", &dry_run::begin);
    module.def("end_dry_run", [] {
        const dry_run::Memory memory = dry_run::end();
        return std::pair(memory.held, memory.peak);
    });
    module.def(
        "group_limits",
        [](const std::string& groups, const std::string& folder) {
            const GroupLimits limits = group_limits(groups, folder);
            return std::pair(limits.cores, limits.bytes);
        },
        nb::arg("groups"), nb::arg("folder"));
    module.def("empty_cache", &empty_cache);
    module.def("memory_statistics", [] {
        const MemoryStatistics statistics = memory_statistics();
        nb::dict result;
        result["in_use"] = statistics.in_use;
        result["cached"] = statistics.cached;
        result["peak"] = statistics.peak;
        return result;
    });
}

}  // namespace convolens
