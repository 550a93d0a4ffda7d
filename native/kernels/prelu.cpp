// The rectifier with learned slopes: its output and both gradients.
#include "kernels/terms.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// y = a where x is positive, else slope a, row by row.
CONVOLENS_INLINE void bend(const PreluArgs& args, const float* a, i64 begin, i64 end) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = unit * args.row;
        const i64 length = args.size - first < args.row ? args.size - first : args.row;
        for_each_register(0, length, [&](i64 i, auto count) {
            const vec x = load(args.x + first + i, count), value = load(a + first + i, count);
            const vec bent = value * load(args.slope + i, count);
            store(args.y + first + i, select(x > vec{}, value, bent), count);
        });
    }
}

}  // namespace

void prelu(const PreluArgs& args, i64 begin, i64 end, float*) {
    bend(args, args.x, begin, end);
}

void prelu_input_grad(const PreluArgs& args, i64 begin, i64 end, float*) {
    bend(args, args.g, begin, end);
}

void prelu_weight_grad(const PreluArgs& args, i64 begin, i64 end, float*) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = unit * args.rows * args.row;
        const i64 left = args.size - first;
        const i64 rows = left / args.row < args.rows ? left / args.row : args.rows;
        // What is left of a last row that is shorter.
        const i64 rest = rows < args.rows ? left - rows * args.row : 0;
        const float* x = args.x + first;
        const float* g = args.g + first;
        for_each_register(0, args.row, [&](i64 i, auto count) {
            const auto term = [&](i64 row, auto lanes) {
                const vec v = load(x + row * args.row + i, lanes);
                return select(v > vec{}, vec{}, v * load(g + row * args.row + i, lanes));
            };
            vec total = sum_terms(rows, [&](i64 row) { return term(row, count); });
            const i64 more = rest - i < kLanes ? rest - i : kLanes;
            if (more > 0) total += term(rows, more);
            store(args.y + unit * args.row + i, total, count);
        });
    }
}

}  // namespace convolens::CONVOLENS_ISA
