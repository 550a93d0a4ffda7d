// Columns along the middle of an array brought to mean 0 and variance 1, each by itself, and the
// gradients of that. Weights and biases belong to the places along a column.
#include "kernels/kernels.h"
#include "kernels/middle.h"
#include "simd/wide.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Rows that are added up in single precision before they become doubles.
constexpr i64 kShort = 4;

// The sums over a column of w g, and of w g (x - mean).
struct Sums {
    Wide plain, product;
};

CONVOLENS_INLINE vec weight_of(const NormalizeAcrossArgs& args, i64 row) {
    return broadcast(args.weight ? args.weight[row] : 1.0f);
}

template <class Lanes>
CONVOLENS_INLINE Sums sums_of(const NormalizeAcrossArgs& args, i64 start, vec mean, Lanes lanes) {
    const i64 length = args.axis.length, inner = args.axis.inner;
    Sums sums{};
    for (i64 row = 0; row < length; row += kShort) {
        const i64 rows = length - row < kShort ? length - row : kShort;
        vec plain{}, product{};
        for (i64 j = row; j < row + rows; ++j) {
            const i64 at = start + j * inner;
            const vec upstream = load(args.g + at, lanes) * weight_of(args, j);
            plain += upstream;
            product += upstream * (load(args.x + at, lanes) - mean);
        }
        sums.plain = sums.plain + widen(plain);
        sums.product = sums.product + widen(product);
    }
    return sums;
}

// A number near those of a column, by which they are shifted so that squares stay small.
CONVOLENS_INLINE vec pivot(vec first) {
    const vec largest = broadcast(3.4028234664e38f);
    return select((first <= largest) & (first >= -largest), first, vec{});
}

}  // namespace

void moments_across(const MomentsAcrossArgs& args, i64 begin, i64 end, float*) {
    const i64 length = args.axis.length, inner = args.axis.inner;
    const double share = 1.0 / static_cast<double>(length);
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const i64 column = piece.outer * inner + piece.column;
        for_each_register(0, piece.columns, [&](i64 i, auto lanes) CONVOLENS_INLINED {
            const float* x = args.x + piece.start + i;
            const vec shift = pivot(load(x, lanes));
            Wide sum{}, squares{};
            for (i64 row = 0; row < length; row += kShort) {
                const i64 rows = length - row < kShort ? length - row : kShort;
                vec some{}, squared{};
                for (i64 k = 0; k < rows; ++k, x += inner) {
                    const vec d = load(x, lanes) - shift;
                    some += d;
                    squared += d * d;
                }
                sum = sum + widen(some);
                squares = squares + widen(squared);
            }
            const Wide mean = sum * share;
            store(args.mean + column + i, narrow(widen(shift) + mean), lanes);
            store(args.variance + column + i, narrow((squares - sum * mean) * share), lanes);
        });
    });
}

void normalize_across(const NormalizeAcrossArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const i64 column = piece.outer * args.axis.inner + piece.column;
        for (i64 row = 0; row < piece.rows; ++row) {
            const i64 at = piece.start + row * args.axis.inner, place = piece.first + row;
            const vec weight = weight_of(args, place);
            const vec bias = broadcast(args.bias ? args.bias[place] : 0.0f);
            for_each_register(0, piece.columns, [&](i64 i, auto lanes) CONVOLENS_INLINED {
                const vec d = load(args.x + at + i, lanes) - load(args.mean + column + i, lanes);
                const vec standard = d * load(args.factor + column + i, lanes);
                store(args.y + at + i, standard * weight + bias, lanes);
            });
        }
    });
}

void normalize_across_grad(const NormalizeAcrossArgs& args, i64 begin, i64 end, float*) {
    const double share = 1.0 / static_cast<double>(args.axis.length);
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const i64 column = piece.outer * args.axis.inner + piece.column;
        for_each_register(0, piece.columns, [&](i64 i, auto lanes) CONVOLENS_INLINED {
            const vec mean = load(args.mean + column + i, lanes);
            const vec factor = load(args.factor + column + i, lanes);
            const Sums sums = sums_of(args, piece.start + i, mean, lanes);
            const Wide wide = widen(factor);
            const vec shift = narrow(sums.plain * share);
            const vec slope = narrow(sums.product * wide * wide * wide * share);
            for (i64 row = 0; row < args.axis.length; ++row) {
                const i64 at = piece.start + row * args.axis.inner + i;
                const vec upstream = load(args.g + at, lanes) * weight_of(args, row);
                const vec d = load(args.x + at, lanes) - mean;
                store(args.y + at, (upstream - shift) * factor - d * slope, lanes);
            }
        });
    });
}

void sums_across(const SumsAcrossArgs& args, i64 begin, i64 end, float*) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 outer = unit / args.length, row = unit % args.length;
        const float* x = args.x + unit * args.inner;
        const float* g = args.g + unit * args.inner;
        const i64 column = outer * args.inner;
        Wide plain{}, product{};
        // Lanes beyond the row hold 0 in g, so that they add nothing.
        for_each_register(0, args.inner, [&](i64 i, auto lanes) CONVOLENS_INLINED {
            const vec upstream = load(g + i, lanes);
            const vec d = load(x + i, lanes) - load(args.mean + column + i, lanes);
            plain = plain + widen(upstream);
            product = product + widen(upstream) * widen(d * load(args.factor + column + i, lanes));
        });
        double* to = args.partial + outer * 2 * args.length + row;
        to[0] = sum_lanes(plain);
        to[args.length] = sum_lanes(product);
    }
}

}  // namespace convolens::CONVOLENS_ISA
