#include "runtime/isa.h"

#include <cstdlib>
#include <stdexcept>

namespace convolens {

// CONVOLENS_WITH_... : the sets that the build compiles the kernels for.
#ifdef CONVOLENS_WITH_avx512
namespace avx512 {
extern const KernelTable table;
}
#endif
#ifdef CONVOLENS_WITH_avx2
namespace avx2 {
extern const KernelTable table;
}
#endif
#ifdef CONVOLENS_WITH_portable16
namespace portable16 {
extern const KernelTable table;
}
#endif
#ifdef CONVOLENS_WITH_neon
namespace neon {
extern const KernelTable table;
}
#endif
#ifdef CONVOLENS_WITH_baseline
namespace baseline {
extern const KernelTable table;
}
#endif

namespace {

struct Candidate {
    const KernelTable* table;
    bool available;
};

#ifdef __x86_64__
[[maybe_unused]] bool has_avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

[[maybe_unused]] bool has_avx512() {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

// Fastest first.
std::vector<Candidate> candidates() {
#ifdef __x86_64__
    __builtin_cpu_init();
#endif
    return {
#ifdef CONVOLENS_WITH_avx512
        {&avx512::table, has_avx512()},
#endif
#ifdef CONVOLENS_WITH_avx2
        {&avx2::table, has_avx2()},
#endif
#ifdef CONVOLENS_WITH_portable16
        {&portable16::table, has_avx2()},
#endif
#ifdef CONVOLENS_WITH_neon
        {&neon::table, true},
#endif
#ifdef CONVOLENS_WITH_baseline
        {&baseline::table, true},
#endif
    };
}

const KernelTable& choose() {
    const char* forced = std::getenv("CONVOLENS_ISA");
    std::string known;
    for (const Candidate& candidate : candidates()) {
        const std::string name = candidate.table->isa;
        known += (known.empty() ? "" : ", ") + name;
        if (forced && *forced ? name == forced : candidate.available) {
            if (candidate.available) return *candidate.table;
            throw std::invalid_argument("CONVOLENS_ISA is " + name +
                                        ", but this processor does not have it. Unset the variable "
                                        "to use the fastest set that it has.");
        }
    }
    if (!forced || !*forced)
        throw std::invalid_argument("convolens was built for " + known +
                                    ", and this processor has none of them.");
    throw std::invalid_argument("CONVOLENS_ISA is " + std::string(forced) +
                                ", but must be one of " + known + ".");
}

}  // namespace

const KernelTable& kernels() {
    static const KernelTable& chosen = choose();
    return chosen;
}

std::vector<InstructionSet> instruction_sets() {
    std::vector<InstructionSet> sets;
    for (const Candidate& candidate : candidates())
        sets.push_back({candidate.table->isa, candidate.available});
    return sets;
}

}  // namespace convolens
