// The product of two matrices, the second one packed in panels.
#include <algorithm>

#include "kernels/kernels.h"
#include "kernels/short_tiles.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Products are added up so far at a time, so that what a panel's tiles read in turn stays in the
// second level of cache; in the first, if they are few and so each panel is soon done with, or if
// all panels lie far away, for then the next piece is asked for.
constexpr i64 kLength = 1024, kLengthOfFew = kRegisters >= 32 ? kLength : 256;
constexpr i64 kFewTiles = 4, kFewTilesOfFar = 16;
constexpr i64 kFarFloats = 1 << 20;

// The products to add up next, of those left. Where few would be cut all are, for a row's sums must
// not depend on how many rows there are.
CONVOLENS_INLINE i64 length_of_piece(i64 left, i64 most) {
    if (left >= most) return most;
    return left > kLengthOfFew ? left - left % kLengthOfFew : left;
}

// Asks for so many numbers of each row. They need not exist.
CONVOLENS_INLINE void fetch_rows(const float* a, i64 rows, i64 row, i64 numbers) {
    for (i64 t = 0; t < rows; ++t, a += row)
        for (i64 l = 0; l < numbers; l += kLine) __builtin_prefetch(a + l, 0, 3);
}

// Floats that the first cache holds: where a panel's piece is no larger, only the first tile waits
// for it.
constexpr i64 kNearPiece = 8192;

// The piece of B that is read when one has been multiplied: each tile of rows asks for a share, so
// that it is near by then. It need not exist.
struct Ahead {
    const float* at;
    const float* end;
    i64 share;

    Ahead(const float* piece, i64 rows_of_a, i64 length)
        : at(piece),
          end(piece + length * kPanel),
          share(divide_up(length * kTileRows, rows_of_a) * kPanel) {}

    CONVOLENS_INLINE void fetch() {
        const float* last = at + share < end ? at + share : end;
        for (; at < last; at += kLine) __builtin_prefetch(at, 0, 2);
    }
};

}  // namespace

// Scratch: a panel's piece, if B is not packed beforehand.
void gemm(const GemmArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 no_offset = 0;
    const bool far = args.packed && args.n * args.length >= kFarFloats;
    const i64 few = far ? kFewTilesOfFar : kFewTiles;
    const i64 most = args.m <= few * kTileRows ? kLengthOfFew : kLength;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 panel = args.rows_first ? unit % args.panels : unit / args.row_blocks;
        const i64 block = args.rows_first ? unit / args.panels : unit % args.row_blocks;
        const i64 first = block * args.row_block;
        const i64 left = args.m - first;
        const i64 column = panel * kPanel;
        Tile tile{};
        tile.a_row = args.a_row;
        tile.a_step = args.a_step;
        tile.offsets = &no_offset;
        tile.segments = 1;
        PackArgs own = args.pack;
        bool packs = false;
        if (args.packed) {
            tile.b = args.packed + panel * args.length * kPanel;
            tile.b_step = kPanel;
        } else {
            own.w += column * own.column_stride;
            own.columns -= column;
            // Each row of B is read once or a few times: it need not be copied first.
            const bool direct = args.direct || left <= kTileRows;
            packs = !direct || own.column_stride != 1 || own.columns < kPanel;
            own.packed = scratch;
            tile.b = packs ? scratch : own.w;
            tile.b_step = packs ? kPanel : own.length_stride;
        }
        tile.bias = args.bias ? args.bias + column : nullptr;
        tile.channel = column;
        tile.y_row = args.c_row;
        tile.columns = args.n - column < kPanel ? args.n - column : kPanel;
        if (args.packed && args.a_step == 1 && args.length <= kShortSum) {
            tile.a = args.a + first * args.a_row;
            tile.y = args.c + first * args.c_row + column;
            tile.behind = args.behind;
            ShortTiles short_tiles{};
            short_tiles.first = tile;
            short_tiles.length = args.length;
            short_tiles.fetch = true;
            short_tiles.past = args.past;
            compute_short_tiles<false>(short_tiles, std::min(left, args.row_block));
            continue;
        }
        const float* b = tile.b;
        // The first panel reads rows from far away, the others from the second level of cache.
        const bool fetches = args.rows_first && panel == 0 && args.a_step == 1;
        i64 l = 0;
        do {
            tile.run = length_of_piece(args.length - l, most);
            if (packs) {
                own.length = tile.run;
                pack(own, 0, 1, nullptr);
                own.w += tile.run * own.length_stride;
            } else {
                tile.b = b + l * tile.b_step;
            }
            tile.accumulate = l > 0;
            const bool last = l + tile.run >= args.length;
            tile.behind = last ? args.behind : nullptr;
            const i64 rows_here = std::min(left, args.row_block);
            // Unless the next rows read the same again.
            const bool follows = !last || args.rows_first || block + 1 == args.row_blocks;
            const bool asks = args.packed && follows && tile.run * kPanel <= kNearPiece;
            const i64 next = last ? args.length : args.length - l - tile.run;
            Ahead ahead(tile.b + tile.run * kPanel, rows_here,
                        asks ? length_of_piece(next, most) : 0);
            for_each_tile(rows_here, [&](i64 row, i64 rows) {
                ahead.fetch();
                tile.a = args.a + (first + row) * args.a_row + l * args.a_step;
                tile.y = args.c + (first + row) * args.c_row + column;
                fetch_for_writing(tile, rows);
                if (fetches) fetch_rows(tile.a + rows * args.a_row, rows, args.a_row, tile.run);
                if (args.a_step == 1) {
                    compute_tile<Unit::kStep, true>(tile, rows);
                } else {
                    compute_tile<Unit::kRow, true>(tile, rows);
                }
            });
            l += tile.run;
        } while (l < args.length);
    }
    if (args.past) wait_for_past();
}

namespace {

// Where the operands of a batch begin, for one index of its axes.
struct Offsets {
    i64 a = 0, b = 0;

    Offsets(const BatchGemmArgs& args, i64 index) {
        for (int axis = args.axes - 1; axis >= 0; --axis) {
            const i64 place = index % args.extents[axis];
            index /= args.extents[axis];
            a += place * args.a_strides[axis];
            b += place * args.b_strides[axis];
        }
    }
};

}  // namespace

void batch_gemm(const BatchGemmArgs& args, i64 begin, i64 end, float* scratch) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 batch = unit / args.one.panels, panel = unit % args.one.panels;
        const Offsets offsets(args, batch);
        GemmArgs one = args.one;
        one.a += offsets.a;
        one.pack.w += offsets.b;
        one.c += batch * one.m * one.n;
        gemm(one, panel, panel + 1, scratch);
    }
}

namespace {

// Returns where the first matrix of a group lies, one behind the other if need be in `own`.
const float* take_apart(const WovenMatrices& matrices, i64 offset, float* own) {
    const float* data = matrices.data + offset;
    if (!matrices.woven) return data;
    MoveArgs args = matrices.move;
    args.from = data;
    args.to = own;
    move(args, 0, matrices.units, nullptr);
    return own;
}

}  // namespace

void woven_gemm(const WovenGemmArgs& args, i64 begin, i64 end, float* scratch) {
    float* own_b = scratch + args.a.floats;
    float* panel = own_b + args.b.floats;
    for (i64 group = begin; group < end; ++group) {
        const Offsets offsets(args.groups, group);
        GemmArgs one = args.groups.one;
        one.a = take_apart(args.a, offsets.a, scratch);
        one.pack.w = take_apart(args.b, offsets.b, own_b);
        one.c += group * args.pairs * one.m * one.n;
        for (i64 pair = 0; pair < args.pairs; ++pair) {
            gemm(one, 0, one.panels, panel);
            one.a += args.a.pair;
            one.pack.w += args.b.pair;
            one.c += one.m * one.n;
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
