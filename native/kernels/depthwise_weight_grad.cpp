// The weight gradient of a convolution where each output channel reads one input channel.
#include "kernels/kernels.h"
#include "kernels/source.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Taps that are summed together: one register each, so that a loaded gradient serves all of them.
constexpr int kTaps = 9;

// sums[tap] += gradient x image at the tap, over `count` outputs of a row.
template <int Number, class Count>
CONVOLENS_INLINE void add_row(const float* g, i64 g_step, const float* x, i64 x_step,
                              const i64* offsets, i64 outputs, float* sums, i64 sums_step,
                              Count count) {
    vec own[Number]{};
    for (i64 t = 0; t < outputs; ++t) {
        const vec gradient = load(g + t * g_step, count);
#pragma GCC unroll 16
        for (int tap = 0; tap < Number; ++tap)
            own[tap] += gradient * load(x + t * x_step + offsets[tap], count);
    }
#pragma GCC unroll 16
    for (int tap = 0; tap < Number; ++tap)
        store(sums + tap * sums_step, load(sums + tap * sums_step, count) + own[tap], count);
}

template <int Number>
void any_row(const float* g, i64 g_step, const float* x, i64 x_step, const i64* offsets,
             i64 outputs, float* sums, i64 sums_step, i64 lanes) {
    if (lanes == kLanes) {
        add_row<Number>(g, g_step, x, x_step, offsets, outputs, sums, sums_step, Whole{});
    } else {
        add_row<Number>(g, g_step, x, x_step, offsets, outputs, sums, sums_step, lanes);
    }
}

using AnyRow = void (*)(const float*, i64, const float*, i64, const i64*, i64, float*, i64, i64);

template <int... I>
CONVOLENS_INLINE AnyRow choose_row(i64 taps, Indices<I...>) {
    static constexpr AnyRow all[] = {any_row<I + 1>...};
    return all[taps - 1];
}

// The outputs [first, last) of a row for which a tap's column lies inside the image.
Inside outputs_inside(const WeightGradArgs& args, i64 tap) {
    const auto inside = [&](i64 column) {
        const i64 x = args.column_origin + column * args.column_step + args.segments.dx[tap];
        return x >= 0 && x < args.w;
    };
    i64 first = 0, last = args.q;
    while (first < last && !inside(first)) ++first;
    while (last > first && !inside(last - 1)) --last;
    return {first, last};
}

}  // namespace

// partial[slot][tap][channel]. A unit is (slot, part): a part is a share of the registers of
// channels. Scratch: offsets of taps as i64.
void depthwise_weight_grad(const WeightGradArgs& args, i64 begin, i64 end, float* scratch) {
    constexpr typename Count<kTaps>::type numbers{};
    const Segments& taps = args.segments;
    const i64 channels = args.groups;
    const i64 registers = (channels + kLanes - 1) / kLanes;
    const i64 rows = args.n * args.p;
    const i64 step = args.column_step * args.c;
    i64* offsets = reinterpret_cast<i64*>(scratch);
    for (i64 s = 0; s < taps.count; ++s) offsets[s] = (taps.dy[s] * args.w + taps.dx[s]) * args.c;
    // The outputs that all taps of a row of the image can read; the others are added tap by tap.
    Inside common{0, args.q};
    for (i64 s = 0; s < taps.count; ++s) {
        const Inside own = outputs_inside(args, s);
        common.first = own.first > common.first ? own.first : common.first;
        common.last = own.last < common.last ? own.last : common.last;
    }
    if (common.last < common.first) common = {0, 0};
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 slot = unit / args.parts, part = unit % args.parts;
        float* partial = args.partial + slot * taps.count * channels;
        const i64 first_register = registers * part / args.parts;
        const i64 last_register = registers * (part + 1) / args.parts;
        for (i64 s = 0; s < taps.count; ++s)
            clear(partial + s * channels + first_register * kLanes,
                  (last_register == registers ? channels : last_register * kLanes) -
                      first_register * kLanes);
        const i64 first_row = rows * slot / args.slots, last_row = rows * (slot + 1) / args.slots;
        for (i64 at = first_row; at < last_row; ++at) {
            const i64 image = at / args.p, row = at % args.p;
            const Inside vertical = segments_inside(args, row);
            const i64 top = args.row_origin + row * args.row_step;
            for (i64 r = first_register; r < last_register; ++r) {
                const i64 c = r * kLanes;
                const i64 lanes = channels - c < kLanes ? channels - c : kLanes;
                const float* g = args.g + at * args.q * channels + c;
                const float* x =
                    args.x + ((image * args.h + top) * args.w + args.column_origin) * args.c + c;
                for (i64 s = vertical.first; s < vertical.last; s += kTaps) {
                    const i64 left = vertical.last - s;
                    const i64 number = left < kTaps ? left : kTaps;
                    choose_row(number, numbers)(g + common.first * channels, channels,
                                                x + common.first * step, step, offsets + s,
                                                common.last - common.first,
                                                partial + s * channels + c, channels, lanes);
                }
                for (i64 s = vertical.first; s < vertical.last; ++s) {
                    const Inside own = outputs_inside(args, s);
                    const auto add = [&](i64 first, i64 last) {
                        if (first < last)
                            any_row<1>(g + first * channels, channels, x + first * step, step,
                                       offsets + s, last - first, partial + s * channels + c,
                                       channels, lanes);
                    };
                    if (common.last > common.first) {
                        add(own.first, common.first);
                        add(common.last, own.last);
                    } else {
                        add(own.first, own.last);
                    }
                }
            }
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
