// A row of weights times a matrix: the rows of the matrix, weighted and added up.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// The error of a sum grows with its chain of additions: after so many a new one begins.
constexpr i64 kChain = 64;

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

// The sum of up to kChain rows.
void sum_chain(const RowProductArgs& args, const float* a, const float* b, float* sums, i64 rows,
               i64 columns) {
    constexpr int kSide = 8;
    for_each_register(0, columns, [&](i64 i, auto count) { store(sums + i, vec{}, count); });
    i64 row = 0;
    for (; row + kSide <= rows; row += kSide)
        add_rows<kSide>(args, a + row * args.a_step, b + row * args.b_row, sums, columns);
    for (; row < rows; ++row)
        add_rows<1>(args, a + row * args.a_step, b + row * args.b_row, sums, columns);
}

}  // namespace

// Scratch: the sums of a unit.
void row_product(const RowProductArgs& args, i64 begin, i64 end, float* sums) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = unit * args.columns, left = args.n - first;
        const i64 columns = left < args.columns ? left : args.columns;
        float* c = args.c + first;
        for_each_register(0, columns, [&](i64 i, auto count) { store(c + i, vec{}, count); });
        for (i64 row = 0; row < args.length; row += kChain) {
            const i64 rows = args.length - row < kChain ? args.length - row : kChain;
            sum_chain(args, args.a + row * args.a_step, args.b + row * args.b_row + first, sums,
                      rows, columns);
            for_each_register(0, columns, [&](i64 i, auto count) {
                store(c + i, load(c + i, count) + load(sums + i, count), count);
            });
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
