// The instruction set that the kernels run with, chosen once a process.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace convolens {

// The kernels in use. The first call chooses them: the fastest set that this processor has, or the
// one that the environment variable CONVOLENS_ISA names.
// Throws std::invalid_argument if that one is unknown here or cannot run on this processor.
const KernelTable& kernels();

// The instruction sets that were compiled, fastest first, and whether this processor has them.
struct InstructionSet {
    std::string name;
    bool available;
};
std::vector<InstructionSet> instruction_sets();

}  // namespace convolens
