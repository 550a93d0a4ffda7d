// How the outputs and channels of a weight gradient by transformed tiles are shared between units.
#pragma once

#include <algorithm>

#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Which channels and outputs a unit computes: whole panels, and whole registers, so that each
// number is computed by the same instructions however many shares there are.
struct Share {
    i64 first_channel, last_channel;
    i64 first_output, last_output;

    i64 channels() const { return last_channel - first_channel; }
    i64 outputs() const { return last_output - first_output; }
};

// Panels of channels are `width` wide.
template <class Args>
CONVOLENS_INLINE Share share_of(const Args& args, i64 width, i64 number) {
    const i64 row = number % args.row_shares, column = number / args.row_shares;
    const i64 panels = divide_up(args.c, width);
    const i64 registers = divide_up(args.k, kLanes);
    return {panels * column / args.column_shares * width,
            std::min(args.c, panels * (column + 1) / args.column_shares * width),
            registers * row / args.row_shares * kLanes,
            std::min(args.k, registers * (row + 1) / args.row_shares * kLanes)};
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
