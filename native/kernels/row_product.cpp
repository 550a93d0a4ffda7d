// A row of weights times a matrix: the rows of the matrix, weighted and added up.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Columns whose sums stay in the first level of cache while the rows pass.
constexpr i64 kColumns = 4096;

// sums[i] += the sum of Rows weighted rows, which are read side by side from their beginnings.
template <int Rows>
CONVOLENS_INLINE void add_rows(const RowProductArgs& args, const float* a, const float* b,
                               float* sums, i64 columns) {
    vec weights[Rows];
    for (int j = 0; j < Rows; ++j) weights[j] = broadcast(a[j * args.a_step]);
    for_each_register(0, columns, [&](i64 i, auto count) CONVOLENS_INLINED {
        vec sum = load(sums + i, count);
        for (int j = 0; j < Rows; ++j) sum += weights[j] * load(b + j * args.b_row + i, count);
        store(sums + i, sum, count);
    });
}

}  // namespace

void row_product(const RowProductArgs& args, i64 begin, i64 end, float*) {
    constexpr int kSide = 4;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = unit * RowProductArgs::kChain, left = args.length - first;
        const i64 last = first + (left < RowProductArgs::kChain ? left : RowProductArgs::kChain);
        for (i64 column = 0; column < args.n; column += kColumns) {
            const i64 columns = args.n - column < kColumns ? args.n - column : kColumns;
            float* sums = args.partial + unit * args.n + column;
            for_each_register(0, columns,
                              [&](i64 i, auto count) { store(sums + i, vec{}, count); });
            i64 row = first;
            for (; row + kSide <= last; row += kSide)
                add_rows<kSide>(args, args.a + row * args.a_step,
                                args.b + row * args.b_row + column, sums, columns);
            for (; row < last; ++row)
                add_rows<1>(args, args.a + row * args.a_step, args.b + row * args.b_row + column,
                            sums, columns);
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
