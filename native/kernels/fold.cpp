// Patches added back into the image that they were taken from.
#include "kernels/kernels.h"
#include "kernels/source.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Where the taps of a window lie in the image: a pixel's number, or -1 beyond the rows of the unit.
// One a tap, in the scratch.
i64* pixels(const FoldArgs& args, i64 p, i64 q, i64 first_row, i64 last_row, float* scratch) {
    i64* places = reinterpret_cast<i64*>(scratch);
    for (i64 r = 0; r < args.r; ++r) {
        const i64 row = args.rows[p * args.r + r];
        const bool inside = row >= first_row && row < last_row;
        for (i64 s = 0; s < args.s; ++s) {
            const i64 column = args.columns[q * args.s + s];
            *places++ = inside && column >= 0 ? row * args.w + column : -1;
        }
    }
    return reinterpret_cast<i64*>(scratch);
}

bool reaches(const FoldArgs& args, i64 p, i64 first_row, i64 last_row) {
    for (i64 r = 0; r < args.r; ++r) {
        const i64 row = args.rows[p * args.r + r];
        if (row >= first_row && row < last_row) return true;
    }
    return false;
}

void add(float* to, vec x, i64 count) {
    if (count == kLanes) {
        store(to, load(to) + x);
    } else {
        store_first(to, load_first(to, count) + x, count);
    }
}

// A patch [C][taps] is turned, block by block, so that each tap has a register of channels.
void add_patch(const float* patch, float* image, const i64* places, i64 channels, i64 taps) {
    for (i64 c = 0; c < channels; c += kLanes) {
        const i64 lanes = channels - c < kLanes ? channels - c : kLanes;
        for (i64 first = 0; first < taps; first += kLanes) {
            const i64 count = taps - first < kLanes ? taps - first : kLanes;
            const float* from = patch + c * taps + first;
            vec block[kLanes];
            for (int i = 0; i < kLanes; ++i)
                block[i] = i < lanes ? load_first(from + i * taps, count) : vec{};
            transpose_registers(block);
            for (i64 tap = 0; tap < count; ++tap)
                if (places[first + tap] >= 0)
                    add(image + places[first + tap] * channels + c, block[tap], lanes);
        }
    }
}

// The same for few channels, most lanes of whose registers would be empty.
void add_narrow_patch(const float* patch, float* image, const i64* places, i64 channels, i64 taps) {
    for (i64 tap = 0; tap < taps; ++tap) {
        if (places[tap] < 0) continue;
        float* to = image + places[tap] * channels;
        for (i64 c = 0; c < channels; ++c) to[c] += patch[c * taps + tap];
    }
}

}  // namespace

void fold(const FoldArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 taps = args.r * args.s;
    const auto add_one = args.c < kLanes / 2 ? add_narrow_patch : add_patch;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 n = unit / args.row_blocks;
        const i64 first_row = unit % args.row_blocks * args.row_block;
        const i64 last_row = clamp(first_row + args.row_block, 0, args.h);
        float* image = args.image + n * args.h * args.w * args.c;
        clear(image + first_row * args.w * args.c, (last_row - first_row) * args.w * args.c);
        for (i64 p = 0; p < args.p; ++p) {
            if (!reaches(args, p, first_row, last_row)) continue;
            const float* patch = args.patches + (n * args.p + p) * args.q * args.c * taps;
            for (i64 q = 0; q < args.q; ++q, patch += args.c * taps)
                add_one(patch, image, pixels(args, p, q, first_row, last_row, scratch), args.c,
                        taps);
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
