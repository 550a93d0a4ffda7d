// Products along one axis, and for each number the product of the others: accumulated in double
// precision, in chunks whose bounds depend on the shape alone.
#include "kernels/kernels.h"
#include "kernels/middle.h"
#include "simd/wide.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Numbers as doubles, and ones in the lanes beyond them.
CONVOLENS_INLINE Wide factors(const float* x, Whole) {
    return load_wide(x);
}

CONVOLENS_INLINE Wide factors(const float* x, i64 count) {
    return widen(first_or(load_first(x, count), count, broadcast(1.0f)));
}

// The product of a row, lane by lane: of two registers at a time, since multiplications overlap.
CONVOLENS_INLINE Wide multiply_row(const float* x, i64 length) {
    Wide first = everywhere(1.0), second = first;
    i64 i = 0;
    if (length >= 2 * kLanes) {
        first = load_wide(x);
        second = load_wide(x + kLanes);
        for (i = 2 * kLanes; i + 2 * kLanes <= length; i += 2 * kLanes) {
            first = first * load_wide(x + i);
            second = second * load_wide(x + i + kLanes);
        }
    }
    for_each_register(i, length, [&](i64 at, auto count) CONVOLENS_INLINED {
        first = first * factors(x + at, count);
    });
    return first * second;
}

double product_of_row(const float* x, i64 length) {
    return join_lanes(multiply_row(x, length), Times{});
}

// A register of rows that lie one behind the other: their lanes are multiplied together.
void multiply_rows(const ProductArgs& args, i64 first) {
    Wide rows[kLanes];
    for (i64 j = 0; j < kLanes; ++j)
        rows[j] = multiply_row(args.x + (first + j) * args.axis.length, args.axis.length);
    store(args.y + first, narrow(join_each(rows, Times{})));
}

template <int Registers, class Lanes>
CONVOLENS_INLINE void products_of_columns(const float* x, i64 rows, i64 inner, Lanes count,
                                          Wide (&products)[Registers]) {
    for (int j = 0; j < Registers; ++j) products[j] = everywhere(1.0);
    for (i64 row = 0; row < rows; ++row)
        for (int j = 0; j < Registers; ++j)
            products[j] = products[j] * factors(x + row * inner + j * kLanes, count);
}

// A few registers of columns side by side, so that whole lines of memory are read.
template <int Registers, class Lanes>
CONVOLENS_INLINE void multiply_columns(const ProductArgs& args, const Piece& piece, i64 i,
                                       Lanes count) {
    Wide products[Registers];
    products_of_columns(args.x + piece.start + i, piece.rows, args.axis.inner, count, products);
    const i64 place = piece.place * args.axis.inner + piece.column + i;
    for (int j = 0; j < Registers; ++j) {
        if (args.partial) {
            store(args.partial + place + j * kLanes, products[j], count);
        } else {
            store(args.y + place + j * kLanes, narrow(products[j]), count);
        }
    }
}

// Not zero, infinite or NaN, and with all its digits: then no factor was any of these.
CONVOLENS_INLINE bool is_normal(double product) {
    const double size = product < 0 ? -product : product;
    return size >= 0x1p-1022 && size < __builtin_inf();
}

// dx = share times the product of all others, as the products before and behind each number: for a
// column that holds zeros, infinities or NaN, or whose product leaves the range of doubles.
void share_exactly(const float* x, float* dx, i64 rows, i64 step, double share) {
    double before[ProductArgs::kChunk];
    double product = 1;
    for (i64 row = 0; row < rows; ++row) {
        before[row] = product;
        product *= x[row * step];
    }
    product = 1;
    for (i64 row = rows - 1; row >= 0; --row) {
        dx[row * step] = static_cast<float>(share * (before[row] * product));
        product *= x[row * step];
    }
}

CONVOLENS_INLINE void share_row(const float* x, float* dx, i64 rows, double share) {
    const double product = product_of_row(x, rows);
    if (!is_normal(product)) {
        share_exactly(x, dx, rows, 1, share);
        return;
    }
    const Wide all = everywhere(share * product);
    for_each_register(0, rows, [&](i64 i, auto count) CONVOLENS_INLINED {
        store(dx + i, narrow(all / factors(x + i, count)), count);
    });
}

template <class Lanes>
CONVOLENS_INLINE void share_columns(const float* x, float* dx, i64 rows, i64 inner, Wide share,
                                    Lanes count, i64 columns) {
    Wide products[1];
    products_of_columns(x, rows, inner, count, products);
    const Wide all = share * products[0];
    for (i64 row = 0; row < rows; ++row) {
        const i64 at = row * inner;
        store(dx + at, narrow(all / factors(x + at, count)), count);
    }
    double lanes[kLanes], shares[kLanes];
    store(lanes, products[0], Whole{});
    store(shares, share, Whole{});
    for (i64 j = 0; j < columns; ++j)
        if (!is_normal(lanes[j])) share_exactly(x + j, dx + j, rows, inner, shares[j]);
}

}  // namespace

void product(const ProductArgs& args, i64 begin, i64 end, float*) {
    if (args.axis.inner == 1 && !args.partial)
        for (; begin + kLanes <= end; begin += kLanes) multiply_rows(args, begin);
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        if (args.axis.inner == 1) {
            const double product = product_of_row(args.x + piece.start, piece.rows);
            if (args.partial) {
                args.partial[piece.place] = product;
            } else {
                args.y[piece.place] = static_cast<float>(product);
            }
            return;
        }
        constexpr int kWide = 4;
        i64 i = 0;
        for (; i + kWide * kLanes <= piece.columns; i += kWide * kLanes)
            multiply_columns<kWide>(args, piece, i, Whole{});
        for_each_register(i, piece.columns, [&](i64 at, auto count) CONVOLENS_INLINED {
            multiply_columns<1>(args, piece, at, count);
        });
    });
}

void multiply_partials(const PartialProductArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const double* x = args.x + piece.start;
        float* y = args.y + piece.outer * args.axis.inner + piece.column;
        for_each_register(0, piece.columns, [&](i64 i, auto count) CONVOLENS_INLINED {
            Wide product = everywhere(1.0);
            for (i64 row = 0; row < piece.rows; ++row)
                product = product * load(x + row * args.axis.inner + i, count);
            store(y + i, narrow(product), count);
        });
    });
}

void multiply_others(const PartialProductArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const i64 inner = args.axis.inner;
        for (i64 column = 0; column < piece.columns; ++column) {
            const double* x = args.x + piece.start + column;
            double* others = args.others + piece.start + column;
            double product = 1;
            for (i64 row = 0; row < piece.rows; ++row) {
                others[row * inner] = product;
                product *= x[row * inner];
            }
            product = 1;
            for (i64 row = piece.rows - 1; row >= 0; --row) {
                others[row * inner] *= product;
                product *= x[row * inner];
            }
        }
    });
}

void product_grad(const ProductGradArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const i64 inner = args.axis.inner;
        const float* x = args.x + piece.start;
        float* dx = args.dx + piece.start;
        const float* g = args.g + piece.outer * inner + piece.column;
        const double* others =
            args.others ? args.others + piece.place * inner + piece.column : nullptr;
        if (inner == 1) {
            share_row(x, dx, piece.rows, others ? *g * *others : *g);
            return;
        }
        for_each_register(0, piece.columns, [&](i64 i, auto count) CONVOLENS_INLINED {
            Wide share = widen(load(g + i, count));
            if (others) share = share * load(others + i, count);
            const i64 left = piece.columns - i;
            share_columns(x + i, dx + i, piece.rows, inner, share, count,
                          left < kLanes ? left : kLanes);
        });
    });
}

}  // namespace convolens::CONVOLENS_ISA
