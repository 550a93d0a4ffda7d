// Convolution in groups of a few channels with as many outputs: the lanes of a register are outputs
// of neighbouring groups.
#include "kernels/behind.h"
#include "kernels/groups.h"
#include "kernels/strips.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Neighbouring outputs that are computed at once.
constexpr int kOutputs = kRegisters / 4;
// Chains of products begin anew after so many.
constexpr i64 kChain = 64;

struct Place {
    const float* x;  // what the first tap of the first output reads
    const float* packed;
    const float* bias;  // or null
    float* y;
    i64 channel;
};

template <int Size, int Outputs, class Lanes>
CONVOLENS_INLINE void tile(const WindowArgs& args, i64 step, const i64* offsets, Inside taps,
                           const Place& place, Lanes lanes) {
    constexpr typename Count<Size>::type channels{};
    vec totals[Outputs];
    const vec start = place.bias ? load(place.bias, lanes) : vec{};
#pragma GCC unroll 8
    for (int t = 0; t < Outputs; ++t) totals[t] = start;
    for (i64 first = taps.first; first < taps.last; first += kChain / Size) {
        const i64 last = first + kChain / Size < taps.last ? first + kChain / Size : taps.last;
        vec sums[Outputs]{};
        for (i64 tap = first; tap < last; ++tap) {
            vec w[Size];
#pragma GCC unroll 8
            for (int j = 0; j < Size; ++j) w[j] = load(place.packed + (tap * Size + j) * kLanes);
            const float* from = place.x + offsets[tap];
#pragma GCC unroll 8
            for (int t = 0; t < Outputs; ++t)
                add_channels<Size>(sums[t], load(from + t * step, lanes), w, channels);
        }
#pragma GCC unroll 8
        for (int t = 0; t < Outputs; ++t) totals[t] += sums[t];
    }
    if (args.behind)
        finish_behind(*args.behind, place.channel, totals, place.y, args.y_column, lanes);
#pragma GCC unroll 8
    for (int t = 0; t < Outputs; ++t) store(place.y + t * args.y_column, totals[t], lanes);
}

// A row of outputs. The last tile computes some outputs of the one before it again.
template <int Size, class Lanes>
CONVOLENS_INLINE void row_of(const WindowArgs& args, i64 step, const i64* offsets, Inside taps,
                             const Place& place, Lanes lanes) {
    const auto at = [&](i64 column) CONVOLENS_INLINED {
        return Place{place.x + column * step, place.packed, place.bias,
                     place.y + column * args.y_column, place.channel};
    };
    if (args.columns < kOutputs) {
        for (i64 column = 0; column < args.columns; ++column)
            tile<Size, 1>(args, step, offsets, taps, at(column), lanes);
        return;
    }
    for (i64 column = 0; column < args.columns; column += kOutputs) {
        const i64 latest = args.columns - kOutputs;
        tile<Size, kOutputs>(args, step, offsets, taps, at(column < latest ? column : latest),
                             lanes);
    }
}

template <int Size>
void block_of(const WindowArgs& args, const Source& source, const i64* offsets, i64 first_row,
              i64 rows, float* y) {
    const i64 tap_floats = Size * kLanes;
    for_each_group_register(args.c, [&](i64 number, i64 channel, auto lanes) CONVOLENS_INLINED {
        for (i64 row = 0; row < rows; ++row) {
            const Place place{source.origin + row * source.row_step + channel,
                              args.packed + number * args.segments.count * tap_floats,
                              args.bias ? args.bias + channel : nullptr,
                              y + row * args.y_row + channel, channel};
            row_of<Size>(args, source.column_step, offsets, segments_inside(args, first_row + row),
                         place, lanes);
        }
    });
}

}  // namespace

// Scratch: the taps' offsets as i64, then the padded rows.
void group_windows(const WindowArgs& args, i64 begin, i64 end, float* scratch) {
    i64* offsets = reinterpret_cast<i64*>(scratch);
    float* buffer = scratch + offset_floats(args.segments.count);
    for (i64 unit = begin; unit < end; ++unit) {
        const BlockPlace at = place_of_block(args, args.rows, unit);
        const WindowArgs strip = strip_of(args, at.strip);
        const Source source =
            source_rows(strip, at.image, at.first_row, at.rows, strip.columns, buffer, offsets);
        float* y = strip.y + at.image * args.y_image + at.first_row * args.y_row;
        with_group_size(args.group_channels, [&]<int Size>() {
            block_of<Size>(strip, source, offsets, at.first_row, at.rows, y);
        });
    }
}

}  // namespace convolens::CONVOLENS_ISA
