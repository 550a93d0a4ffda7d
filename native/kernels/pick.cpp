// Numbers read from, or added to, places that an index names.
#include "kernels/kernels.h"
#include "kernels/middle.h"
#include "kernels/within.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {

namespace {

using namespace simd;

void copy_row(float* to, const float* from, i64 length) {
    for_each_register(0, length,
                      [&](i64 i, auto count) { store(to + i, load(from + i, count), count); });
}

void clear_row(float* to, i64 length) {
    for_each_register(0, length, [&](i64 i, auto count) { store(to + i, vec{}, count); });
}

// Zeros in `columns` of `inner` columns of `rows` rows.
void clear_block(float* y, i64 rows, i64 inner, i64 columns) {
    if (columns == inner) return clear_row(y, rows * inner);
    for (i64 row = 0; row < rows; ++row) clear_row(y + row * inner, columns);
}

}  // namespace

void take(const TakeArgs& args, i64 begin, i64 end, float*) {
    for (i64 unit = begin; unit < end; ++unit) {
        if (args.inner == 1) {
            const float* x = args.x + unit * args.inputs;
            float* y = args.y + unit * args.places;
            for (i64 j = 0; j < args.places; ++j) y[j] = x[within(args.index[j], args.inputs)];
            continue;
        }
        const i64 outer = unit / args.places, j = unit % args.places;
        const i64 input = outer * args.inputs + within(args.index[j], args.inputs);
        const float* x = args.x + input * args.inner;
        copy_row(args.y + unit * args.inner, x, args.inner);
    }
}

void add_at(const AddAtArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const i64 inner = args.axis.inner;
        float* y = args.y + piece.start;
        clear_block(y, args.axis.length, inner, piece.columns);
        const float* x = args.x + piece.outer * args.places * inner + piece.column;
        for (i64 j = 0; j < args.places; ++j) {
            float* to = y + within(args.index[j], args.axis.length) * inner;
            if (inner == 1) {
                *to += x[j];
                continue;
            }
            for_each_register(0, piece.columns, [&](i64 i, auto count) {
                store(to + i, load(to + i, count) + load(x + j * inner + i, count), count);
            });
        }
    });
}

void gather(const GatherArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        const float* x = args.x + piece.outer * args.length * args.axis.inner + piece.column;
        if (args.axis.inner == 1) {
            const i64* index = args.index + piece.start;
            float* y = args.y + piece.start;
            for (i64 row = 0; row < piece.rows; ++row) y[row] = x[within(index[row], args.length)];
            return;
        }
        for (i64 row = 0; row < piece.rows; ++row) {
            const i64 at = piece.start + row * args.axis.inner;
            for (i64 i = 0; i < piece.columns; ++i)
                args.y[at + i] = x[within(args.index[at + i], args.length) * args.axis.inner + i];
        }
    });
}

void scatter_add(const GatherArgs& args, i64 begin, i64 end, float*) {
    for_each_piece(args.axis, begin, end, [&](const Piece& piece) {
        float* y = args.y + piece.outer * args.length * args.axis.inner + piece.column;
        clear_block(y, args.length, args.axis.inner, piece.columns);
        for (i64 row = 0; row < piece.rows; ++row) {
            const i64 at = piece.start + row * args.axis.inner;
            for (i64 i = 0; i < piece.columns; ++i)
                y[within(args.index[at + i], args.length) * args.axis.inner + i] += args.x[at + i];
        }
    });
}

}  // namespace convolens::CONVOLENS_ISA
