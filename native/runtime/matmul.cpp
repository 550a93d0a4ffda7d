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

GemmArgs problem(Matrix a, Matrix b, float* c, i64 m, i64 n, i64 length, const i64* no_offset) {
    const i64 panels = (n + kernels().panel - 1) / kernels().panel;
    GemmArgs gemm{};
    gemm.a = a.data;
    gemm.a_row = a.row;
    gemm.a_step = a.column;
    gemm.pack.w = b.data;
    gemm.pack.length = length;
    gemm.pack.columns = n;
    gemm.pack.length_stride = b.row;
    gemm.pack.column_stride = b.column;
    gemm.pack.segments = 1;
    gemm.pack.segment_offsets = no_offset;
    gemm.pack.panels = panels;
    gemm.c = c;
    gemm.c_row = n;
    gemm.m = m;
    gemm.n = n;
    gemm.length = length;
    gemm.panels = panels;
    gemm.row_block = m;
    gemm.row_blocks = 1;
    return gemm;
}

}  // namespace

void matmul(Matrix a, Matrix b, const float* bias, float* c, i64 m, i64 n, i64 length) {
    if (m == 0 || n == 0) return;
    const KernelTable& table = kernels();
    if (n == 1 && m > 1 && !bias && a.column == 1 && b.row == 1) {
        // A column of results is a row of them: one row of factors for all rows of A.
        const DotsArgs dots{b.data, length, a.data, a.row, nullptr, c, 1, m, length};
        launch(table.dots, dots, (m + DotsArgs::kColumns - 1) / DotsArgs::kColumns,
               kElement * static_cast<double>(DotsArgs::kColumns) * static_cast<double>(length));
        return;
    }
    if (a.column == 1 && b.row == 1 && length >= kLongDots && m <= kFewDots * table.lanes) {
        const DotsArgs dots{a.data, a.row, b.data, b.column, bias, c, m, n, length};
        launch(table.dots, dots, (n + DotsArgs::kColumns - 1) / DotsArgs::kColumns,
               1.3 * kMultiplyAdd * static_cast<double>(DotsArgs::kColumns * m) *
                   static_cast<double>(length));
        return;
    }
    const i64 no_offset = 0;
    GemmArgs gemm = problem(a, b, c, m, n, length, &no_offset);
    gemm.bias = bias;
    const i64 panels = gemm.panels;
    const i64 panel_floats = length * table.panel;
    const double products = static_cast<double>(panel_floats) * static_cast<double>(m);
    if (panels >= kUnits && m <= kFewRows) {
        // A unit packs its panel and uses it while it is in the cache.
        launch(table.gemm, gemm, panels,
               kMultiplyAdd * products + kElement * static_cast<double>(panel_floats),
               static_cast<std::size_t>(panel_floats));
        return;
    }
    const Buffer packed(static_cast<std::size_t>(panels * panel_floats));
    PackArgs pack = gemm.pack;
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

void matmul_batch(Matrix a, i64 a_stride, Matrix b, i64 b_stride, float* c, i64 batch, i64 m, i64 n,
                  i64 length) {
    if (batch == 0 || m == 0 || n == 0) return;
    if (batch == 1) {
        matmul(a, b, nullptr, c, m, n, length);
        return;
    }
    const i64 no_offset = 0;
    const GemmArgs one = problem(a, b, c, m, n, length, &no_offset);
    const BatchGemmArgs args{one, a_stride, b_stride, m * n};
    const i64 panel_floats = length * kernels().panel;
    launch(kernels().batch_gemm, args, batch * one.panels,
           kMultiplyAdd * static_cast<double>(panel_floats) * static_cast<double>(m) +
               kElement * static_cast<double>(panel_floats),
           static_cast<std::size_t>(panel_floats));
}

}  // namespace convolens
