// The weight gradient of groups of a few channels with as many outputs: sums over positions, a lane
// for each output, of its gradient times the channels of its group.
#include "kernels/groups.h"
#include "kernels/strips.h"
#include "kernels/weight_grad.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Chains of products begin anew after so many columns.
constexpr i64 kColumns = 64;

// Neighbouring taps of a row of the window, as many as the registers have room for the sums of.
template <int Size>
constexpr int kTaps = Size * 3 <= kRegisters * 3 / 4 ? 3 : 1;

struct Row {
    const float* x;  // what the first tap reads for the first output
    const float* g;
    i64 columns, x_step, g_step;
};

template <int Size, int Taps, class Lanes>
CONVOLENS_INLINE void add_row(const Row& row, const i64* offsets, float* partial, Lanes lanes) {
    constexpr typename Count<Size>::type channels{};
    for (i64 first = 0; first < row.columns; first += kColumns) {
        const i64 last = first + kColumns < row.columns ? first + kColumns : row.columns;
        vec sums[Taps][Size]{};
        for (i64 column = first; column < last; ++column) {
            const vec g = load(row.g + column * row.g_step, lanes);
            const float* x = row.x + column * row.x_step;
#pragma GCC unroll 3
            for (int tap = 0; tap < Taps; ++tap)
                add_each_channel<Size>(sums[tap], load(x + offsets[tap], lanes), g, channels);
        }
#pragma GCC unroll 3
        for (int tap = 0; tap < Taps; ++tap)
#pragma GCC unroll 8
            for (int j = 0; j < Size; ++j) {
                float* to = partial + (tap * Size + j) * kLanes;
                store(to, load(to) + sums[tap][j]);
            }
    }
}

template <int Size>
void add_block(const WeightGradArgs& args, const Source& source, const i64* offsets, i64 first_row,
               i64 rows, const float* g, float* partial) {
    const Segments& taps = args.segments;
    for_each_group_register(args.c, [&](i64 number, i64 channel, auto lanes) CONVOLENS_INLINED {
        float* sums = partial + number * taps.count * Size * kLanes;
        for (i64 tap = 0; tap < taps.count;) {
            i64 count = 1;
            while (count < kTaps<Size> && tap + count < taps.count &&
                   taps.dy[tap + count] == taps.dy[tap])
                ++count;
            const bool all = count == kTaps<Size>;
            if (!all) count = 1;
            const Inside inside = block_rows_inside(args, tap, first_row, rows);
            for (i64 row = inside.first; row < inside.last; ++row) {
                const Row each{source.origin + row * source.row_step + channel,
                               g + row * args.g_row + channel, args.q, source.column_step, args.c};
                float* to = sums + tap * Size * kLanes;
                if (all)
                    add_row<Size, kTaps<Size>>(each, offsets + tap, to, lanes);
                else
                    add_row<Size, 1>(each, offsets + tap, to, lanes);
            }
            tap += count;
        }
    });
}

}  // namespace

// Scratch: the taps' offsets as i64, then the padded rows. partial[slot][register][tap][channel of
// the group][kLanes]; the sums of a slot are added up in order.
void group_weight_grad(const WeightGradArgs& args, i64 begin, i64 end, float* scratch) {
    i64* offsets = reinterpret_cast<i64*>(scratch);
    float* buffer = scratch + offset_floats(args.segments.count);
    const i64 blocks = args.n * args.row_blocks * args.strips;
    const i64 floats =
        divide_up(args.c, kLanes) * args.segments.count * args.group_channels * kLanes;
    for (i64 slot = begin; slot < end; ++slot) {
        float* partial = args.partial + slot * floats;
        clear(partial, floats);
        const i64 last = blocks * (slot + 1) / args.slots;
        for (i64 block = blocks * slot / args.slots; block < last; ++block) {
            const BlockPlace at = place_of_block(args, args.p, block);
            const WeightGradArgs strip = strip_of(args, at.strip);
            const Source source =
                source_rows(strip, at.image, at.first_row, at.rows, strip.q, buffer, offsets);
            const float* g = strip.g + (at.image * args.p + at.first_row) * args.g_row;
            with_group_size(args.group_channels, [&]<int Size>() {
                add_block<Size>(strip, source, offsets, at.first_row, at.rows, g, partial);
            });
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
