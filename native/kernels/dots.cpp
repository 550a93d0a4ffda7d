// The product of two matrices whose rows lie side by side: scalar products of rows with rows.
//
// Nothing is packed, which pays where the first matrix has few rows. A lane takes every kLanes-th
// product of a sum; the lanes are added up at the end of a block of the length.
#include "kernels/kernels.h"
#include "kernels/parts.h"
#include "kernels/terms.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Rows of A in a tile. With few registers all rows of A pass while few of B come from memory, which
// takes about as long as their products.
constexpr int kSide = kRegisters >= 32 ? 5 : 7;
// Rows of B beside them: their products fill the registers, one of A and all of B beside.
template <int RowsA>
constexpr int kBeside = kRegisters >= 32 ? 5
                        : RowsA > 6      ? 1
                        : RowsA > 4      ? 2
                        : RowsA > 2      ? 3
                                         : 5;
// A block of kSide rows stays in the first level of cache.
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
    constexpr int kFolds = divide_up(kCount, kLanes);
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

CONVOLENS_INLINE i64 at_most(i64 a, i64 b) {
    return a < b ? a : b;
}

// A block of the length: the products of `Rows` rows of A with the rows [first, last) of B.
template <int Rows>
void multiply_rows(const DotsArgs& args, i64 row, i64 first, i64 last, i64 l, i64 length) {
    constexpr int kMost = kBeside<Rows>;
    const float* a = args.a + row * args.a_row + l;
    cut_evenly(first, last, kMost, [&](i64 column, i64 columns) {
        choose_dots<Rows>(columns, typename Count<kMost>::type{})(
            a, args.a_row, args.b + column * args.b_row + l, args.b_row, length,
            args.c + row * args.n + column, args.n);
    });
}

using MultiplyRows = void (*)(const DotsArgs&, i64, i64, i64, i64, i64);

template <int... I>
CONVOLENS_INLINE MultiplyRows choose_rows(i64 rows, Indices<I...>) {
    static constexpr MultiplyRows all[] = {multiply_rows<I + 1>...};
    return all[rows - 1];
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
        const i64 blocks = divide_up(args.length, kLengthBlock);
        const i64 block = (args.length + blocks * kLanes - 1) / (blocks * kLanes) * kLanes;
        for (i64 l = 0; l < args.length; l += block)
            cut_evenly(0, args.m, kSide, [&](i64 row, i64 rows) {
                choose_rows(rows, side)(args, row, first, last, l, at_most(block, args.length - l));
            });
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
