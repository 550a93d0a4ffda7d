#include "runtime/matmul.h"

#include <algorithm>

#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

// Enough units of work for the threads of a laptop.
constexpr i64 kUnits = 16;
// Rows of A that all panels of B are multiplied with while they are in the second level of cache.
constexpr i64 kRows = 168;
// Scalar products of rows need no packing, which is worth it for few rows, but the lanes of each
// sum have to be added up, so the rows must be long.
constexpr i64 kLongDots = 512;
constexpr i64 kFewDots = 12;
// With more rows than this, packing B once is cheaper than reading A again for each panel.
constexpr i64 kFewRows = 1024;

}  // namespace

void matmul(Matrix a, Matrix b, const float* bias, float* c, i64 m, i64 n, i64 length) {
    if (m == 0 || n == 0) return;
    const KernelTable& table = kernels();
    if (a.column == 1 && b.row == 1 && length >= kLongDots && m <= kFewDots * table.lanes) {
        const DotsArgs dots{a.data, a.row, b.data, b.column, bias, c, m, n, length};
        launch(table.dots, dots, (n + DotsArgs::kColumns - 1) / DotsArgs::kColumns,
               1.3 * kMultiplyAdd * static_cast<double>(DotsArgs::kColumns * m) *
                   static_cast<double>(length));
        return;
    }
    const i64 panels = (n + table.panel - 1) / table.panel;
    const i64 no_offset = 0;
    PackArgs pack{};
    pack.w = b.data;
    pack.length = length;
    pack.columns = n;
    pack.length_stride = b.row;
    pack.column_stride = b.column;
    pack.segments = 1;
    pack.segment_offsets = &no_offset;
    pack.panels = panels;

    GemmArgs gemm{};
    gemm.a = a.data;
    gemm.a_row = a.row;
    gemm.a_step = a.column;
    gemm.pack = pack;
    gemm.bias = bias;
    gemm.c = c;
    gemm.c_row = n;
    gemm.m = m;
    gemm.n = n;
    gemm.length = length;
    gemm.panels = panels;
    const i64 panel_floats = length * table.panel;
    const double products = static_cast<double>(panel_floats) * static_cast<double>(m);
    if (panels >= kUnits && m <= kFewRows) {
        // A unit packs its panel and uses it while it is in the cache.
        gemm.row_block = m;
        gemm.row_blocks = 1;
        launch(table.gemm, gemm, panels,
               kMultiplyAdd * products + kElement * static_cast<double>(panel_floats),
               static_cast<std::size_t>(panel_floats));
        return;
    }
    const Buffer packed(static_cast<std::size_t>(panels * panel_floats));
    pack.packed = packed.data();
    launch(table.pack, pack, panels,
           (b.column == 1 ? kElement : kTransposed) * static_cast<double>(panel_floats));
    gemm.packed = packed.data();
    // The larger matrix is read once.
    gemm.rows_first = m >= n;
    const i64 tiles = (m + table.tile_rows - 1) / table.tile_rows;
    const i64 blocks = std::max((m + kRows - 1) / kRows, (kUnits + panels - 1) / panels);
    gemm.row_block = (tiles + blocks - 1) / blocks * table.tile_rows;
    gemm.row_blocks = (m + gemm.row_block - 1) / gemm.row_block;
    launch(table.gemm, gemm, panels * gemm.row_blocks,
           kMultiplyAdd * products / static_cast<double>(gemm.row_blocks));
}

}  // namespace convolens
