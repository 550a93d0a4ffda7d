// Weights and matrices copied into panels: the columns of a register tile side by side.
#include "kernels/kernels.h"
#include "kernels/tile.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// A panel of a matrix whose rows are contiguous.
void copy_rows(const float* w, i64 row, float* packed, i64 rows, i64 columns) {
    for (i64 l = 0; l < rows; ++l)
        for (i64 v = 0; v < kPanel; v += kLanes) {
            const i64 left = columns - v;
            vec x{};
            if (left >= kLanes) {
                x = load(w + l * row + v);
            } else if (left > 0) {
                x = load_first(w + l * row + v, left);
            }
            store(packed + l * kPanel + v, x);
        }
}

// A panel of a matrix whose columns are contiguous.
void copy_columns(const float* w, i64 column, float* packed, i64 rows, i64 columns) {
    for (i64 v = 0; v < kPanel; v += kLanes) {
        i64 left = columns - v;
        if (left < 0) left = 0;
        if (left > kLanes) left = kLanes;
        for (i64 l = 0; l < rows; l += kLanes) {
            const i64 height = rows - l < kLanes ? rows - l : kLanes;
            transpose_block(w + v * column + l, column, packed + l * kPanel + v, kPanel, left,
                            height, kLanes);
        }
    }
}

}  // namespace

void pack(const PackArgs& args, i64 begin, i64 end, float*) {
    const i64 run = args.length / args.segments;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 group = unit / args.panels, panel = unit % args.panels;
        const i64 left = args.columns - panel * kPanel;
        const i64 columns = left < kPanel ? left : kPanel;
        float* packed = args.packed + unit * args.length * kPanel;
        for (i64 s = 0; s < args.segments; ++s) {
            const float* w = args.w + group * args.group_stride + args.segment_offsets[s] +
                             panel * kPanel * args.column_stride;
            if (args.column_stride == 1) {
                copy_rows(w, args.length_stride, packed, run, columns);
            } else {
                copy_columns(w, args.column_stride, packed, run, columns);
            }
            packed += run * kPanel;
        }
    }
}

// Few columns: their number times the length is small, so this need not be fast.
void pack_narrow(const PackNarrowArgs& args, i64 begin, i64 end, float*) {
    const PackArgs& pack = args.pack;
    const i64 part = pack.length / pack.segments;
    const i64 registers = divide_up(args.run, args.lanes_each);
    const i64 floats = pack.length / args.run * registers * kLanes;
    for (i64 group = begin; group < end; ++group) {
        float* packed = pack.packed + group * floats;
        for (i64 i = 0; i < floats; ++i) packed[i] = 0.0f;
        for (i64 l = 0; l < pack.length; ++l) {
            const float* w = pack.w + group * pack.group_stride + pack.segment_offsets[l / part] +
                             l % part * pack.length_stride;
            const i64 within = l % args.run;
            float* to = packed + (l / args.run * registers + within / args.lanes_each) * kLanes +
                        within % args.lanes_each;
            for (i64 column = 0; column < pack.columns; ++column)
                to[column * args.lanes_each] = w[column * pack.column_stride];
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
