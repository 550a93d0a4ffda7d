#include "runtime/isa.h"

#include <cstdlib>
#include <stdexcept>

namespace convolens {

#if defined(__x86_64__)
namespace avx512 {
extern const KernelTable table;
}
namespace avx2 {
extern const KernelTable table;
}
#elif defined(__aarch64__)
namespace neon {
extern const KernelTable table;
}
#endif
#if !defined(__aarch64__)
namespace baseline {
extern const KernelTable table;
}
#endif

namespace {

struct Candidate {
    const KernelTable* table;
    bool available;
};

// Fastest first.
std::vector<Candidate> candidates() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl");
    return {{&avx512::table, avx512}, {&avx2::table, avx2}, {&baseline::table, true}};
#elif defined(__aarch64__)
    return {{&neon::table, true}};
#else
    return {{&baseline::table, true}};
#endif
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
