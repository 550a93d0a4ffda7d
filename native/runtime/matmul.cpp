#include "runtime/matmul.h"

#include <algorithm>

#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

// Enough units of work for the threads of a laptop.
constexpr i64 kUnits = 16;

}  // namespace

void matmul(Matrix a, Matrix b, const float* bias, float* c, i64 m, i64 n, i64 length) {
    if (m == 0 || n == 0) return;
    const KernelTable& table = kernels();
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
    const i64 panel_floats = length * table.panel;
    const double products = static_cast<double>(panel_floats) * static_cast<double>(m);
    if (panels >= kUnits) {
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
    launch(table.pack, pack, panels, kElement * static_cast<double>(panel_floats));
    gemm.packed = packed.data();
    const i64 tiles = (m + table.tile_rows - 1) / table.tile_rows;
    const i64 blocks = std::clamp((kUnits + panels - 1) / panels, i64{1}, tiles);
    gemm.row_block = (m + blocks - 1) / blocks;
    gemm.row_blocks = (m + gemm.row_block - 1) / gemm.row_block;
    launch(table.gemm, gemm, panels * gemm.row_blocks,
           kMultiplyAdd * products / static_cast<double>(gemm.row_blocks));
}

}  // namespace convolens
