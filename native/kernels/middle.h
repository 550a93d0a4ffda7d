// The pieces of an array [outer][length][inner] whose middle axis is reduced.
#pragma once

#include "kernels/kernels.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// A block of columns of a chunk of the middle axis, for one index of the outer axis.
struct Piece {
    i64 place;  // outer * chunks + chunk
    i64 outer;
    i64 first, rows;  // of the middle axis
    i64 column, columns;
    i64 start;  // of the piece in the array
};

// Whether the pieces are whole rows that lie one behind the other: what a short one needs takes
// less time than to find where it lies.
inline bool are_rows(const MiddleAxis& axis) {
    return axis.inner == 1 && axis.chunks == 1;
}

template <class Body>
inline __attribute__((always_inline)) void for_each_piece(const MiddleAxis& axis, i64 begin,
                                                          i64 end, Body&& body) {
    for (i64 unit = begin; unit < end; ++unit) {
        Piece piece;
        piece.place = unit / axis.blocks;
        piece.outer = piece.place / axis.chunks;
        piece.first = piece.place % axis.chunks * axis.chunk;
        piece.column = unit % axis.blocks * axis.block;
        const i64 rows = axis.length - piece.first, columns = axis.inner - piece.column;
        piece.rows = rows < axis.chunk ? rows : axis.chunk;
        piece.columns = columns < axis.block ? columns : axis.block;
        piece.start = (piece.outer * axis.length + piece.first) * axis.inner + piece.column;
        body(piece);
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
