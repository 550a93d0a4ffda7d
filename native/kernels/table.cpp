// The kernels of one instruction set, as a table.
#include "kernels/kernels.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// AVX2's panels are filled sooner than AVX-512's, and read sooner than SSE2's.
constexpr i64 kDotRows = kLanes == 8 ? 7 : 12 + kLanes / 2;
constexpr i64 kDotRowsOfFewPanels = kLanes == 8 ? 7 : 7 * kLanes;

}  // namespace

#define CONVOLENS_TEXT_OF(name) #name
#define CONVOLENS_TEXT(name) CONVOLENS_TEXT_OF(name)
#define CONVOLENS_ENTRY(name, Args) name,

extern const KernelTable table;
const KernelTable table = {
    CONVOLENS_TEXT(CONVOLENS_ISA),     kLanes, kPanel, kTileRows, kDotRows, kDotRowsOfFewPanels,
    CONVOLENS_KERNELS(CONVOLENS_ENTRY)};

}  // namespace convolens::CONVOLENS_ISA
