// What the ways to compute a weight gradient share.
#pragma once

#include "kernels/kernels.h"
#include "kernels/source.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// `outputs` numbers of each of `positions` gradients, panel by panel: to[panel][position][kPanel],
// filled up with zeros to whole registers. The rows of one panel lie side by side: at the stride of
// a whole gradient, a power of two as a rule, they would compete for the same few lines of cache.
void pack_gradient(const float* g, i64 stride, i64 outputs, i64 positions, float* to) {
    for (i64 first = 0; first < outputs; first += kPanel, to += positions * kPanel) {
        const i64 left = outputs - first;
        for (i64 i = 0; i < positions; ++i) {
            const float* from = g + i * stride + first;
            float* row = to + i * kPanel;
            for (i64 v = 0; v < kPanel; v += kLanes) {
                if (left - v >= kLanes) {
                    store(row + v, load(from + v));
                } else if (left > v) {
                    store(row + v, load_first(from + v, left - v));
                }
            }
        }
    }
}

// The rows [first, last) of a block for which a segment's row lies inside the image.
Inside rows_inside(const WeightGradArgs& args, i64 segment, i64 first_row, i64 rows) {
    const auto inside = [&](i64 row) {
        const i64 y =
            args.row_origin + (first_row + row) * args.row_step + args.segments.dy[segment];
        return y >= 0 && y < args.h;
    };
    i64 first = 0, last = rows;
    while (first < last && !inside(first)) ++first;
    while (last > first && !inside(last - 1)) --last;
    return {first, last};
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
