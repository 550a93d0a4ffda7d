// The kernels of one instruction set, as a table.
#include "kernels/kernels.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {

#define CONVOLENS_TEXT_OF(name) #name
#define CONVOLENS_TEXT(name) CONVOLENS_TEXT_OF(name)
#define CONVOLENS_ENTRY(name, Args) name,

extern const KernelTable table;
const KernelTable table = {CONVOLENS_TEXT(CONVOLENS_ISA), kLanes, kPanel, kTileRows,
                           CONVOLENS_KERNELS(CONVOLENS_ENTRY)};

}  // namespace convolens::CONVOLENS_ISA
