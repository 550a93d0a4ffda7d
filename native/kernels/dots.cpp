// The product of two matrices whose rows lie side by side: scalar products of rows with rows.
//
// Nothing is packed, which pays where the first matrix has few rows. A lane takes every kLanes-th
// product of a sum; the lanes are added up at the end of a block of the length.
#include "kernels/kernels.h"
#include "kernels/terms.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Rows of A and of B in a tile: their products fill the registers, one of A and all of B beside.
constexpr int kSide = kRegisters >= 32 ? 5 : 3;
// A block of kSide rows of B stays in the first level of cache while A passes.
constexpr i64 kLengthBlock = 1024;

template <int RowsA, int RowsB>
void tile(const float* a, i64 a_row, const float* b, i64 b_row, i64 length, float* c, i64 c_row) {
    vec sums[RowsA][RowsB]{};
    const auto step = [&](i64 l, auto count) __attribute__((always_inline)) {
        vec y[RowsB];
#pragma GCC unroll 8
        for (int j = 0; j < RowsB; ++j) y[j] = load(b + j * b_row + l, count);
#pragma GCC unroll 8
        for (int i = 0; i < RowsA; ++i) {
            const vec x = load(a + i * a_row + l, count);
#pragma GCC unroll 8
            for (int j = 0; j < RowsB; ++j) sums[i][j] += x * y[j];
        }
    };
    i64 l = 0;
    for (; l + kLanes <= length; l += kLanes) step(l, Whole{});
    if (l < length) step(l, length - l);
    constexpr int kCount = RowsA * RowsB;
    constexpr int kFolds = (kCount + kLanes - 1) / kLanes;
    float totals[kFolds * kLanes];
#pragma GCC unroll 8
    for (int fold = 0; fold < kFolds; ++fold) {
        vec part[kLanes];
#pragma GCC unroll 16
        for (int i = 0; i < kLanes; ++i) {
            const int at = fold * kLanes + i;
            part[i] = at < kCount ? sums[at / RowsB % RowsA][at % RowsB] : vec{};
        }
        store(totals + fold * kLanes, sum_each(part));
    }
    for (int i = 0; i < RowsA; ++i)
        for (int j = 0; j < RowsB; ++j) c[i * c_row + j] += totals[i * RowsB + j];
}

using DotTile = void (*)(const float*, i64, const float*, i64, i64, float*, i64);

template <int RowsA, int... I>
CONVOLENS_INLINE DotTile choose_dots(i64 rows_b, Indices<I...>) {
    static constexpr DotTile all[] = {tile<RowsA, I + 1>...};
    return all[rows_b - 1];
}

template <int... I>
CONVOLENS_INLINE DotTile choose_dots(i64 rows_a, i64 rows_b, Indices<I...>) {
    constexpr typename Count<kSide>::type side{};
    DotTile all[] = {choose_dots<I + 1>(rows_b, side)...};
    return all[rows_a - 1];
}

CONVOLENS_INLINE i64 at_most(i64 a, i64 b) {
    return a < b ? a : b;
}

}  // namespace

void dots(const DotsArgs& args, i64 begin, i64 end, float*) {
    constexpr typename Count<kSide>::type side{};
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = unit * DotsArgs::kColumns;
        const i64 last = at_most(first + DotsArgs::kColumns, args.n);
        for (i64 row = 0; row < args.m; ++row)
            for (i64 column = first; column < last; ++column)
                args.c[row * args.n + column] = args.bias ? args.bias[column] : 0.0f;
        const i64 blocks = (args.length + kLengthBlock - 1) / kLengthBlock;
        const i64 block = (args.length + blocks * kLanes - 1) / (blocks * kLanes) * kLanes;
        for (i64 l = 0; l < args.length; l += block) {
            const i64 length = at_most(block, args.length - l);
            for (i64 column = first; column < last; column += kSide) {
                const i64 columns = at_most(kSide, last - column);
                for (i64 row = 0; row < args.m; row += kSide) {
                    const i64 rows = at_most(kSide, args.m - row);
                    choose_dots(rows, columns, side)(
                        args.a + row * args.a_row + l, args.a_row, args.b + column * args.b_row + l,
                        args.b_row, length, args.c + row * args.n + column, args.n);
                }
            }
        }
    }
}

void dot_pieces(const DotPiecesArgs& args, i64 begin, i64 end, float*) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = unit * DotPiecesArgs::kPiece;
        const float* a = args.a + first;
        const float* b = args.b + first;
        const i64 length = at_most(DotPiecesArgs::kPiece, args.length - first);
        args.partial[unit] = static_cast<double>(sum_of(
            length, [&](i64 i, auto count) { return load(a + i, count) * load(b + i, count); }));
    }
}

}  // namespace convolens::CONVOLENS_ISA
