#include "runtime/matmul.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "runtime/buffer.h"
#include "runtime/gemm.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/long_product.h"
#include "runtime/past.h"
#include "runtime/sum.h"

namespace convolens {
namespace {

// Rows of A that all panels of B are multiplied with while they are in the second level of cache.
constexpr i64 kRows = 168;
// Scalar products of rows need no packing, which is worth it for few rows, and for some more where
// few panels are not shared evenly. The lanes of each sum have to be added up, so the rows must be
// long.
constexpr i64 kLongDots = 512;
constexpr i64 kFewPanels = 8;
// Columns of A this long lie too far apart to be read tile by tile.
constexpr i64 kLongSums = 1024;
// So many panels for each thread are shared evenly enough.
constexpr i64 kFewestPanels = 2;
// With more rows than this, packing B once is cheaper than reading A again for each panel.
constexpr i64 kFewRows = 1024;
// Rows of B further apart than this fall on the same lines of a cache.
constexpr i64 kNarrow = 512;

bool by_dots(i64 m, i64 n, i64 length) {
    const KernelTable& table = kernels();
    const bool few_panels = divide_up(n, table.panel) < kFewPanels;
    return length >= kLongDots && m <= (few_panels ? table.dot_rows_of_few_panels : table.dot_rows);
}

// Blocks of rows, so that there are units enough.
void cut_rows(GemmArgs& gemm, i64 panels) {
    const i64 tile = kernels().tile_rows;
    const i64 tiles = divide_up(gemm.m, tile);
    const i64 blocks = std::max(divide_up(gemm.m, kRows), divide_up(kUnits, panels));
    gemm.row_block = divide_up(tiles, blocks) * tile;
    gemm.row_blocks = divide_up(gemm.m, gemm.row_block);
}

// c[n] = the rows of b, weighted by a and added up.
void row_product(Matrix a, Matrix b, float* c, i64 n, i64 length) {
    const i64 chunks = divide_up(length, RowProductArgs::kChain);
    const Buffer partial(chunks > 1 ? static_cast<std::size_t>(chunks * n) : 0);
    float* sums = chunks > 1 ? partial.data() : c;
    const RowProductArgs args{a.data, a.column, b.data, b.row, sums, n, length};
    launch(kernels().row_product, args, chunks,
           0.5 * kElement * static_cast<double>(RowProductArgs::kChain * n));
    if (chunks > 1) sum(sums, c, 1, chunks, n, 1.0);
}

// c[m][n] = a[m] b[n]: each row is written in one go.
void outer(const float* a, i64 a_step, const float* b, float* c, i64 m, i64 n) {
    BroadcastArgs args{};
    args.a = a;
    args.b = b;
    args.y = c;
    args.inner = n;
    args.b_step = 1;
    args.axes = 1;
    args.extents[0] = m;
    args.a_strides[0] = a_step;
    args.piece = n;
    args.past = goes_past(c, m * n, n);
    launch(kernels().mul_rows, args, m, kElement * static_cast<double>(n));
}

}  // namespace

float dot(const float* a, const float* b, i64 length) {
    const i64 pieces = divide_up(length, DotPiecesArgs::kPiece);
    std::vector<double> partial(static_cast<std::size_t>(pieces));
    const DotPiecesArgs args{a, b, partial.data(), length};
    launch(kernels().dot_pieces, args, pieces,
           kElement * static_cast<double>(std::min(length, DotPiecesArgs::kPiece)));
    return static_cast<float>(std::accumulate(partial.begin(), partial.end(), 0.0));
}

namespace {

// If a matrix has one row or one column, or the sums one product each: computes it, provided that
// the numbers lie as these kernels read them, and returns whether it did.
bool matmul_of_vectors(Matrix a, Matrix b, float* c, i64 m, i64 n, i64 length) {
    if (length == 1 && n > 1 && b.column == 1) {
        outer(a.data, a.row, b.data, c, m, n);
        return true;
    }
    if (m == 1 && n > 1 && b.column == 1) {
        row_product(a, b, c, n, length);
        return true;
    }
    if (n > 1) return false;
    if (m == 1 && a.column == 1 && b.row == 1) {
        c[0] = dot(a.data, b.data, length);
        return true;
    }
    if (m > 1 && a.row == 1 && a.column != 1) {
        // A column of results is a row of them: the columns of A, weighted and added up.
        return matmul_of_vectors({b.data, b.column, b.row}, {a.data, a.column, a.row}, c, 1, m,
                                 length);
    }
    if (m > 1 && a.column == 1 && b.row == 1) {
        // A column of results is a row of them: one row of factors for all rows of A.
        const DotsArgs dots{b.data, length, a.data, a.row, nullptr, c, 1, m, length};
        launch(kernels().dots, dots, divide_up(m, DotsArgs::kColumns),
               kElement * static_cast<double>(DotsArgs::kColumns) * static_cast<double>(length));
        return true;
    }
    return false;
}

}  // namespace

void matmul(Matrix a, Matrix b, const float* bias, float* c, i64 m, i64 n, i64 length) {
    if (m == 0 || n == 0) return;
    if (length > 0 && !bias && matmul_of_vectors(a, b, c, m, n, length)) return;
    const KernelTable& table = kernels();
    if (a.column == 1 && b.row == 1 && by_dots(m, n, length)) {
        const DotsArgs dots{a.data, a.row, b.data, b.column, bias, c, m, n, length};
        launch(table.dots, dots, divide_up(n, DotsArgs::kColumns),
               1.3 * kMultiplyAdd * static_cast<double>(DotsArgs::kColumns * m) *
                   static_cast<double>(length));
        return;
    }
    if (a.row == 1 && a.column != 1 && b.column == 1 && !bias && length >= kLongSums) {
        long_product(a.data, a.column, b.data, b.row, c, m, n, length);
        return;
    }
    const i64 panels = divide_up(n, table.panel);
    const i64 panel_floats = length * table.panel;
    if (panels >= kFewestPanels * thread_count() && m <= kFewRows) {
        // A unit packs its panel and uses it while it is in the cache.
        const GemmArgs gemm = unpacked_args(a, b, bias, c, m, n, length);
        launch(table.gemm, gemm, panels,
               kMultiplyAdd * static_cast<double>(panel_floats * m) +
                   kElement * static_cast<double>(panel_floats),
               static_cast<std::size_t>(panel_floats));
        return;
    }
    if (b.column == 1 && m <= kRows && n <= kNarrow) {
        // The rows of B need not be copied for the few tiles that read them.
        GemmArgs gemm = unpacked_args(a, b, bias, c, m, n, length);
        gemm.direct = true;
        cut_rows(gemm, panels);
        launch(
            table.gemm, gemm, panels * gemm.row_blocks,
            kMultiplyAdd * static_cast<double>(panel_floats) * static_cast<double>(gemm.row_block),
            static_cast<std::size_t>(panel_floats));
        return;
    }
    const PackedMatrix matrix{length, n};
    const Buffer packed(matrix.floats());
    matrix.pack(b, packed.data());
    matrix.multiply(a, packed.data(), bias, c, m);
}

bool PackedMatrix::serves(i64 m, i64 n, i64 length) {
    return m > 1 && n > 1 && length > 1 && !by_dots(m, n, length);
}

i64 PackedMatrix::panels() const {
    return divide_up(n, kernels().panel);
}

std::size_t PackedMatrix::floats() const {
    return static_cast<std::size_t>(panels() * length * kernels().panel);
}

void PackedMatrix::pack(Matrix b, float* packed) const {
    PackArgs args = pack_args(b, n, length);
    args.packed = packed;
    launch(
        kernels().pack, args, panels(),
        (b.column == 1 ? kElement : kTransposed) * static_cast<double>(length * kernels().panel));
}

void PackedMatrix::multiply(Matrix a, const float* packed, const float* bias, float* c, i64 m,
                            const Behind* behind) const {
    if (m == 0 || n == 0) return;
    const KernelTable& table = kernels();
    GemmArgs gemm = gemm_args(a, bias, c, m, n, length);
    gemm.packed = packed;
    gemm.behind = behind;
    gemm.past =
        !reads_addend(behind) && a.column == 1 && length <= kShortSum && tiles_go_past(c, m * n, n);
    // The larger matrix is read once.
    gemm.rows_first = m >= n;
    cut_rows(gemm, panels());
    launch(table.gemm, gemm, panels() * gemm.row_blocks,
           kMultiplyAdd * static_cast<double>(length * table.panel) *
               static_cast<double>(gemm.row_block));
}

}  // namespace convolens
