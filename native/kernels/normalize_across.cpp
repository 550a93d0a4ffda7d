// Columns along the middle of an array brought to mean 0 and variance 1, each by itself, and the
// gradients of that. Weights and biases belong to the places along a column.
#include "kernels/kernels.h"
#include "kernels/middle.h"
#include "kernels/side.h"
#include "kernels/wide_sums.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

CONVOLENS_INLINE vec weight_of(const NormalizeAcrossArgs& args, i64 row) {
    return broadcast(args.weight ? args.weight[row] : 1.0f);
}

// A number near those of a column, by which they are shifted so that squares stay small.
CONVOLENS_INLINE vec pivot(vec first) {
    const vec largest = broadcast(3.4028234664e38f);
    return select((first <= largest) & (first >= -largest), first, vec{});
}

// Loads from rows that are read once. The processor does not fetch rows ahead by itself that are so
// far apart, so it is asked for one that is needed soon. That need not exist.
template <class Lanes>
CONVOLENS_INLINE vec load_ahead(const float* p, i64 row, Lanes lanes) {
    __builtin_prefetch(p + 8 * row, 0, 3);
    return load(p, lanes);
}

template <int Registers, class Lanes>
CONVOLENS_INLINE void moments_of(const MomentsAcrossArgs& args, const Piece& piece, i64 i,
                                 Side<Registers>, Lanes lanes) {
    const i64 length = args.axis.length, inner = args.axis.inner;
    const float* x = args.x + piece.start + i;
    vec shift[Registers];
    Wide sum[Registers]{}, squares[Registers]{};
    for (int r = 0; r < Registers; ++r) shift[r] = pivot(load(x + r * kLanes, lanes));
    for (i64 row = 0; row < length; row += kShort) {
        const i64 rows = length - row < kShort ? length - row : kShort;
        vec some[Registers]{}, squared[Registers]{};
        for (i64 k = 0; k < rows; ++k, x += inner)
            for (int r = 0; r < Registers; ++r) {
                const vec d = load_ahead(x + r * kLanes, inner, lanes) - shift[r];
                some[r] += d;
                squared[r] += d * d;
            }
        for (int r = 0; r < Registers; ++r) {
            sum[r] = sum[r] + widen(some[r]);
            squares[r] = squares[r] + widen(squared[r]);
        }
    }
    const double share = 1.0 / static_cast<double>(length);
    for (int r = 0; r < Registers; ++r) {
        const i64 column = piece.outer * inner + piece.column + i + r * kLanes;
        const Wide mean = sum[r] * share;
        store(args.mean + column, narrow(widen(shift[r]) + mean), lanes);
        store(args.variance + column, narrow((squares[r] - sum[r] * mean) * share), lanes);
    }
}

template <int Registers, class Lanes>
CONVOLENS_INLINE void gradient_of(const NormalizeAcrossArgs& args, const Piece& piece, i64 i,
                                  Side<Registers>, Lanes lanes) {
    const i64 length = args.axis.length, inner = args.axis.inner, start = piece.start + i;
    const i64 column = piece.outer * inner + piece.column + i;
    vec mean[Registers];
    // The sums over a column of w g, and of w g (x - mean).
    Wide plain[Registers]{}, product[Registers]{};
    for (int r = 0; r < Registers; ++r) mean[r] = load(args.mean + column + r * kLanes, lanes);
    for (i64 row = 0; row < length; row += kShort) {
        const i64 rows = length - row < kShort ? length - row : kShort;
        vec some[Registers]{}, products[Registers]{};
        for (i64 k = row; k < row + rows; ++k) {
            const vec weight = weight_of(args, k);
            for (int r = 0; r < Registers; ++r) {
                const i64 at = start + k * inner + r * kLanes;
                const vec upstream = load_ahead(args.g + at, inner, lanes) * weight;
                some[r] += upstream;
                products[r] += upstream * (load_ahead(args.x + at, inner, lanes) - mean[r]);
            }
        }
        for (int r = 0; r < Registers; ++r) {
            plain[r] = plain[r] + widen(some[r]);
            product[r] = product[r] + widen(products[r]);
        }
    }
    const double share = 1.0 / static_cast<double>(length);
    vec factor[Registers], shift[Registers], slope[Registers];
    for (int r = 0; r < Registers; ++r) {
        factor[r] = load(args.factor + column + r * kLanes, lanes);
        const Wide wide = widen(factor[r]);
        shift[r] = narrow(plain[r] * share);
        slope[r] = narrow(product[r] * wide * wide * wide * share);
    }
    for (i64 row = 0; row < length; ++row) {
        const vec weight = weight_of(args, row);
        for (int r = 0; r < Registers; ++r) {
            const i64 at = start + row * inner + r * kLanes;
            const vec upstream = load(args.g + at, lanes) * weight;
            const vec d = load(args.x + at, lanes) - mean[r];
            store(args.y + at, (upstream - shift[r]) * factor[r] - d * slope[r], lanes);
        }
    }
}

}  // namespace

void moments_across(const MomentsAcrossArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        for_each_side(piece.columns, [&](i64 i, auto registers, auto lanes) CONVOLENS_INLINED {
            moments_of(args, piece, i, registers, lanes);
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
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        for_each_side(piece.columns, [&](i64 i, auto registers, auto lanes) CONVOLENS_INLINED {
            gradient_of(args, piece, i, registers, lanes);
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
        const auto add = [&](i64 from, i64 registers, auto lanes) CONVOLENS_INLINED {
            vec some{}, products{};
            for (i64 j = 0; j < registers; ++j) {
                const i64 i = from + j * kLanes;
                const vec upstream = load(g + i, lanes);
                const vec d = load(x + i, lanes) - load(args.mean + column + i, lanes);
                some += upstream;
                products += upstream * (d * load(args.factor + column + i, lanes));
            }
            plain = plain + widen(some);
            product = product + widen(products);
        };
        i64 i = 0;
        for (; i + kShort * kLanes <= args.inner; i += kShort * kLanes) add(i, kShort, Whole{});
        for_each_register(i, args.inner,
                          [&](i64 at, auto lanes) CONVOLENS_INLINED { add(at, 1, lanes); });
        double* to = args.partial + outer * 2 * args.length + row;
        to[0] = sum_lanes(plain);
        to[args.length] = sum_lanes(product);
    }
}

}  // namespace convolens::CONVOLENS_ISA
