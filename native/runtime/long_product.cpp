#include "runtime/long_product.h"

#include <algorithm>

#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/sum.h"
#include "runtime/threads.h"
#include "runtime/transpose.h"
#include "runtime/units.h"

namespace convolens {
namespace {

// A panel of a block and a tile of it stay in the first level of cache, the block in the second.
constexpr i64 kMostRows = 192, kFewestRows = 64;
constexpr i64 kBlockFloats = 256 * 1024;
// The sums of all slots, at most.
constexpr i64 kPartialFloats = 2 * 1024 * 1024;
// Units for each thread, and a part's packed rows, at most.
constexpr i64 kUnitsEach = 8;
constexpr i64 kPartFloats = 64 * 1024;
// Fewer tiles would not be worth the packing.
constexpr i64 kFewestTiles = 4;

// What an outer product takes, in registers: those of n columns for each of m rows, and the tiles
// of rows that are packed.
i64 cost(i64 m, i64 n) {
    return m * divide_up(n, kernels().lanes) + 3 * divide_up(m, kernels().tile_rows);
}

}  // namespace

void long_product(const float* a, i64 a_row, const float* b, i64 b_row, float* c, i64 m, i64 n,
                  i64 length) {
    if (m == 0 || n == 0) return;
    if (length == 0) {
        std::fill_n(c, m * n, 0.0f);
        return;
    }
    // What turning the result takes is worth a fiftieth.
    if (50 * cost(m, n) > 51 * cost(n, m)) {
        const Buffer turned(static_cast<std::size_t>(m * n));
        long_product(b, b_row, a, a_row, turned.data(), n, m, length);
        return transpose(turned.data(), c, 1, n, m, m);
    }
    const KernelTable& table = kernels();
    const i64 block = std::clamp(kBlockFloats / n, kFewestRows, kMostRows);
    const i64 most = std::clamp(kPartialFloats / (m * n), i64{1}, kUnits);
    const i64 slots = std::clamp(length / block, i64{1}, most);
    const i64 tiles = divide_up(m, table.tile_rows);
    // Each part packs the columns of B again: as many as keep all threads busy, and as leave a
    // part's rows in the second cache.
    const i64 wanted =
        std::max(divide_up(kUnitsEach * thread_count(), slots), divide_up(block * m, kPartFloats));
    const i64 parts = std::clamp(wanted, i64{1}, divide_up(tiles, kFewestTiles));
    const Buffer partial(static_cast<std::size_t>(slots > 1 ? slots * m * n : 0));
    float* const sums = slots > 1 ? partial.data() : c;
    const LongProductArgs args{a, a_row, b, b_row, sums, m, n, length, block, slots, parts};
    const i64 panels = divide_up(n, table.panel);
    const i64 width = tile_width(table);
    const i64 rows = std::min(block, divide_up(length, slots));
    const double work = static_cast<double>(divide_up(length, slots)) *
                        static_cast<double>(divide_up(m, parts)) *
                        static_cast<double>(panels * table.panel);
    launch(
        table.long_product, args, slots * parts, kMultiplyAdd * work,
        static_cast<std::size_t>(rows * (panels * table.panel + divide_up(tiles, parts) * width)));
    if (slots > 1) sum(partial.data(), c, 1, slots, m * n, 1.0);
}

}  // namespace convolens
