// The machine as the engine sees it: instruction sets, threads, memory.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/allocator.h"
#include "runtime/isa.h"
#include "runtime/threads.h"

namespace nb = nanobind;

namespace convolens {

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
