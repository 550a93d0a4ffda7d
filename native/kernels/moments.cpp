// Means, variances and centred sums of columns or rows, in double precision, chunk by chunk.
#include "kernels/kernels.h"
#include "kernels/pairs.h"
#include "kernels/wide_sums.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

struct Piece {
    i64 outer, first, rows;  // of the middle axis
    i64 column, columns;
    i64 start;           // in the array
    double* first_half;  // of the partial results
};

template <class Body>
CONVOLENS_INLINE void for_each_piece(const ColumnChunks& all, i64 begin, i64 end, Body&& body) {
    for (i64 unit = begin; unit < end; ++unit) {
        Piece piece;
        const i64 place = unit / all.blocks;
        piece.outer = place / all.chunks;
        piece.first = place % all.chunks * all.chunk;
        piece.column = unit % all.blocks * all.block;
        const i64 rows = all.reduced - piece.first, columns = all.inner - piece.column;
        piece.rows = rows < all.chunk ? rows : all.chunk;
        piece.columns = columns < all.block ? columns : all.block;
        piece.start = (piece.outer * all.reduced + piece.first) * all.inner + piece.column;
        piece.first_half = all.partial + place * 2 * all.inner + piece.column;
        body(piece);
    }
}

// A number near those of a column, by which they are shifted so that squares stay small: the mean
// of kSamples of them. So what cancels is about a kSamples-th of their count, at most. Equal
// numbers are their own mean, since they are added up in pairs.
constexpr int kSamples = 8;

// A mean of samples, or 0 where it is none.
CONVOLENS_INLINE vec pivot(vec mean) {
    const vec largest = broadcast(3.4028234664e38f);
    return select((mean <= largest) & (mean >= -largest), mean, vec{});
}

CONVOLENS_INLINE float pivot(float first) {
    return first - first == 0.0f ? first : 0.0f;
}

// The number by which a register of columns is shifted.
template <class Lanes>
CONVOLENS_INLINE vec shift_of(const MomentsArgs& args, const Piece& piece, i64 i, Lanes lanes) {
    const vec samples = sum_in_pairs<kSamples>([&](int sample) CONVOLENS_INLINED {
        const i64 row = piece.rows * sample / kSamples;
        return load(args.x + piece.start + row * args.columns.inner + i, lanes);
    });
    return pivot(samples * broadcast(1.0f / kSamples));
}

// The sums of a chunk stay in the cache.
void moments_of(const MomentsArgs& args, const Piece& piece, float* shifts) {
    const i64 inner = args.columns.inner;
    double* sums = piece.first_half;
    double* squares = sums + inner;
    for_each_register(0, piece.columns, [&](i64 i, auto lanes) CONVOLENS_INLINED {
        store(shifts + i, shift_of(args, piece, i, lanes), lanes);
        store(sums + i, Wide{}, lanes);
        store(squares + i, Wide{}, lanes);
    });
    for_each_short(piece.rows, [&](i64 row, auto rows) CONVOLENS_INLINED {
        const float* x = args.x + piece.start + row * inner;
        for_each_register(0, piece.columns, [=](i64 i, auto lanes) CONVOLENS_INLINED {
            const vec shift = load(shifts + i, lanes);
            vec some{}, squared{};
            const i64 count = rows;
#pragma GCC unroll 4
            for (i64 k = 0; k < count; ++k) {
                const vec d = load_in_turn(x + k * inner + i, lanes) - shift;
                some += d;
                squared += d * d;
            }
            add_to(sums + i, some, lanes);
            add_to(squares + i, squared, lanes);
        });
    });
    const double share = 1.0 / static_cast<double>(piece.rows);
    for_each_register(0, piece.columns, [&](i64 i, auto lanes) CONVOLENS_INLINED {
        const Wide sum = load(sums + i, lanes), mean = sum * share;
        store(sums + i, widen(load(shifts + i, lanes)) + mean, lanes);
        store(squares + i, load(squares + i, lanes) - sum * mean, lanes);
    });
}

void moments_of_row(const MomentsArgs& args, const Piece& piece) {
    constexpr int kSums = 2;
    const float* x = args.x + piece.start;
    const float first = pivot(x[0]);
    const Wide shift = widen(broadcast(first));
    Wide sums[kSums]{}, squares[kSums]{};
    i64 i = 0;
    for (; i + kSums * kLanes <= piece.rows; i += kSums * kLanes)
        for (int j = 0; j < kSums; ++j) {
            const Wide d = widen(load(x + i + j * kLanes)) - shift;
            sums[j] = sums[j] + d;
            squares[j] = squares[j] + d * d;
        }
    double sum = sum_lanes(sums[0] + sums[1]), square = sum_lanes(squares[0] + squares[1]);
    for (; i < piece.rows; ++i) {
        const double d = static_cast<double>(x[i]) - static_cast<double>(first);
        sum += d;
        square += d * d;
    }
    const double mean = sum / static_cast<double>(piece.rows);
    piece.first_half[0] = static_cast<double>(first) + mean;
    piece.first_half[1] = square - sum * mean;
}

// Mean and variance of a row that is not split.
CONVOLENS_INLINE void moments_of_whole_row(const RowMomentsArgs& args, i64 row) {
    const float* x = args.x + row * args.length;
    const float first = pivot(x[0]);
    const vec same = broadcast(first);
    Wide sums{}, squares{};
    const auto add = [&](const float* from, i64 registers, auto count) CONVOLENS_INLINED {
        vec some{}, squared{};
        for (i64 j = 0; j < registers; ++j) {
            const vec d = first_or(load(from + j * kLanes, count), count, same) - same;
            some += d;
            squared += d * d;
        }
        sums = sums + widen(some);
        squares = squares + widen(squared);
    };
    i64 i = 0;
    for (; i + kShort * kLanes <= args.length; i += kShort * kLanes) add(x + i, kShort, Whole{});
    for_each_register(i, args.length,
                      [&](i64 at, auto count) CONVOLENS_INLINED { add(x + at, 1, count); });
    const double rows = static_cast<double>(args.length);
    const double sum = sum_lanes(sums), square = sum_lanes(squares);
    const double mean = sum / rows;
    args.mean[row] = static_cast<float>(static_cast<double>(first) + mean);
    args.variance[row] = static_cast<float>((square - sum * mean) / rows);
}

// Centre and factor by column (factor is then 1) or by row.
template <bool ByRow>
void centred_sums_of(const CentredSumsArgs& args, const Piece& piece) {
    const i64 inner = args.columns.inner;
    const float* centres = args.centre + piece.outer * inner + piece.column;
    double* plain = piece.first_half;
    double* product = plain + inner;
    for_each_register(0, piece.columns, [&](i64 i, auto lanes) CONVOLENS_INLINED {
        store(plain + i, Wide{}, lanes);
        store(product + i, Wide{}, lanes);
    });
    for_each_short(piece.rows, [&](i64 row, auto rows) CONVOLENS_INLINED {
        const float* x = args.x + piece.start + row * inner;
        const float* g = args.g + piece.start + row * inner;
        const i64 number = piece.outer * args.columns.reduced + piece.first + row;
        const float* own = ByRow ? args.centre + number : nullptr;
        const float* factors = ByRow ? args.factor + number : nullptr;
        for_each_register(0, piece.columns, [=](i64 i, auto lanes) CONVOLENS_INLINED {
            vec centre{};
            if constexpr (!ByRow) centre = load(centres + i, lanes);
            vec some{}, products{};
            const i64 count = rows;
#pragma GCC unroll 4
            for (i64 k = 0; k < count; ++k) {
                const vec upstream = load_in_turn(g + k * inner + i, lanes);
                if constexpr (ByRow) centre = broadcast(own[k]);
                vec d = load_in_turn(x + k * inner + i, lanes) - centre;
                if constexpr (ByRow) d = d * broadcast(factors[k]);
                some += upstream;
                products += upstream * d;
            }
            add_to(plain + i, some, lanes);
            add_to(product + i, products, lanes);
        });
    });
}

// The rows of a chunk.
CONVOLENS_INLINE double rows_of(const ColumnChunks& columns, i64 chunk) {
    const i64 rows = columns.reduced - chunk * columns.chunk;
    return static_cast<double>(rows < columns.chunk ? rows : columns.chunk);
}

}  // namespace

// Scratch: a float for each column of a block.
void moments(const MomentsArgs& args, i64 begin, i64 end, float* scratch) {
    for_each_piece(args.columns, begin, end, [&](const Piece& piece) {
        if (args.columns.inner == 1) {
            moments_of_row(args, piece);
        } else {
            moments_of(args, piece, scratch);
        }
    });
}

void row_moments(const RowMomentsArgs& args, i64 begin, i64 end, float*) {
    for (i64 row = begin; row < end; ++row) moments_of_whole_row(args, row);
}

// Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
// Variances", 1979: squares about several means become squares about one.
void merge_moments(const MergeMomentsArgs& args, i64 begin, i64 end, float* scratch) {
    const ColumnChunks& columns = args.columns;
    const i64 inner = columns.inner, channels = args.sets * args.width;
    const double rows = static_cast<double>(columns.reduced);
    const bool alone = args.folds * args.width == 1;  // each column is a set
    double* means = reinterpret_cast<double*>(scratch);
    double* squares = means + inner;
    for (i64 outer = begin; outer < end; ++outer) {
        const double* partial = columns.partial + outer * columns.chunks * 2 * inner;
        for_each_register(0, inner, [&](i64 i, auto lanes) {
            Wide sum{}, square{};
            for (i64 chunk = 0; chunk < columns.chunks; ++chunk)
                sum = sum + load(partial + chunk * 2 * inner + i, lanes) * rows_of(columns, chunk);
            const Wide mean = sum * (1.0 / rows);
            for (i64 chunk = 0; chunk < columns.chunks; ++chunk) {
                const double* from = partial + chunk * 2 * inner + i;
                const Wide d = load(from, lanes) - mean;
                square = square + load(from + inner, lanes) + d * d * rows_of(columns, chunk);
            }
            if (alone) {
                store(args.mean + outer * inner + i, narrow(mean), lanes);
                store(args.variance + outer * inner + i, narrow(square / everywhere(rows)), lanes);
            } else {
                store(means + i, mean, lanes);
                store(squares + i, square, lanes);
            }
        });
        if (alone) continue;
        const double count = static_cast<double>(args.folds * args.width);
        for (i64 set = 0; set < args.sets; ++set) {
            double mean = 0, square = 0;
            for (i64 fold = 0; fold < args.folds; ++fold)
                for (i64 i = 0; i < args.width; ++i)
                    mean += means[fold * channels + set * args.width + i];
            mean /= count;
            for (i64 fold = 0; fold < args.folds; ++fold)
                for (i64 i = 0; i < args.width; ++i) {
                    const i64 column = fold * channels + set * args.width + i;
                    const double d = means[column] - mean;
                    square += squares[column] + d * d * rows;
                }
            args.mean[outer * args.sets + set] = static_cast<float>(mean);
            args.variance[outer * args.sets + set] = static_cast<float>(square / (count * rows));
        }
    }
}

void centred_sums(const CentredSumsArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.columns, begin, end, [&](const Piece& piece) {
        if (args.factor) {
            centred_sums_of<true>(args, piece);
        } else {
            centred_sums_of<false>(args, piece);
        }
    });
}

void merge_sums(const MergeSumsArgs& args, i64 begin, i64 end, float*) {
    const ColumnChunks& columns = args.columns;
    const i64 inner = columns.inner, channels = args.channels;
    for (i64 outer = begin; outer < end; ++outer) {
        const double* partial = columns.partial + outer * columns.chunks * 2 * inner;
        for_each_register(0, channels, [&](i64 i, auto lanes) {
            Wide plain{}, product{};
            for (i64 chunk = 0; chunk < columns.chunks; ++chunk)
                for (i64 fold = 0; fold < args.folds; ++fold) {
                    const double* from = partial + chunk * 2 * inner + fold * channels + i;
                    plain = plain + load(from, lanes);
                    product = product + load(from + inner, lanes);
                }
            const i64 at = outer * channels + i;
            if (args.scale) product = product * widen(load(args.scale + at, lanes));
            store(args.plain + at, narrow(plain), lanes);
            store(args.product + at, narrow(product), lanes);
        });
    }
}

}  // namespace convolens::CONVOLENS_ISA
