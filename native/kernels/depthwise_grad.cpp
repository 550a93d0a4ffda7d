// The weight gradient of a convolution where each output channel reads one input channel; on
// request the input gradient with it, so that the upstream gradient is read from far once.
#include "kernels/depthwise_sums.h"
#include "kernels/kernels.h"
#include "kernels/repeat.h"
#include "kernels/source.h"
#include "kernels/strips.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Outputs of a row whose sums stay in registers, while the next channels lie in the cache.
constexpr i64 kColumns = 24;
// Taps that are summed together where they are no neighbours.
constexpr int kTaps = 9;

// Where the sums of a register of channels lie, and what they are made of.
struct TapSums {
    const float* g;  // of the first output
    i64 g_step;
    const float* x;  // the pixel of tap 0 of the first output
    i64 pixel;
    const i64* offsets;  // of the taps, from tap 0
    float* sums;
    i64 sums_step;  // from tap to tap
    Channels channels;
};

// sums[tap] += gradient x image at the tap, over `outputs` outputs that are `step` floats apart in
// the image.
template <int Number, bool Repeat, class Count>
CONVOLENS_INLINE void add_taps(const TapSums& at, i64 step, i64 outputs, Count count) {
    vec own[Number]{};
    for (i64 t = 0; t < outputs; ++t) {
        const vec gradient = load(at.g + t * at.g_step, count);
#pragma GCC unroll 16
        for (int tap = 0; tap < Number; ++tap)
            own[tap] += gradient * load_channels<Repeat>(at.x + t * step + at.offsets[tap],
                                                         at.channels, count);
    }
#pragma GCC unroll 16
    for (int tap = 0; tap < Number; ++tap) {
        float* sum = at.sums + tap * at.sums_step;
        store(sum, load(sum, count) + own[tap], count);
    }
}

// Where outputs repeat their inputs, loads need a mask anyway.
template <int Number, bool Repeat>
void any_taps(const TapSums& at, i64 step, i64 outputs) {
    if (!Repeat && at.channels.count == kLanes) {
        add_taps<Number, Repeat>(at, step, outputs, Whole{});
    } else {
        add_taps<Number, Repeat>(at, step, outputs, at.channels.count);
    }
}

using AnyTaps = void (*)(const TapSums&, i64, i64);

template <bool Repeat, int... I>
CONVOLENS_INLINE AnyTaps choose_taps(i64 taps, Indices<I...>) {
    static constexpr AnyTaps all[] = {any_taps<I + 1, Repeat>...};
    return all[taps - 1];
}

// `Outputs` outputs, `Step` pixels apart, of windows with `Rows` rows of `Width` neighbouring taps:
// a loaded pixel serves all outputs that read it.
template <int Outputs, int Rows, int Width, int Step, bool Repeat, class Count>
CONVOLENS_INLINE void slide(vec (&sums)[Rows][Width], const TapSums& at, i64 first, Count count) {
    vec gradients[Outputs];
#pragma GCC unroll 4
    for (int t = 0; t < Outputs; ++t) gradients[t] = load(at.g + (first + t) * at.g_step, count);
#pragma GCC unroll 16
    for (int j = 0; j < (Outputs - 1) * Step + Width; ++j)
#pragma GCC unroll 3
        for (int r = 0; r < Rows; ++r) {
            const float* x = at.x + at.offsets[r * Width] + (first * Step + j) * at.pixel;
            const vec v = load_channels<Repeat>(x, at.channels, count);
#pragma GCC unroll 8
            for (int s = 0; s < Width; ++s)
                if (j >= s && (j - s) % Step == 0 && (j - s) / Step < Outputs)
                    sums[r][s] += gradients[(j - s) / Step] * v;
        }
}

template <int Rows, int Width, int Step, bool Repeat, class Count>
CONVOLENS_INLINE void add_rows(const TapSums& at, i64 outputs, Count count) {
    constexpr int kOutputs = 4;
    vec sums[Rows][Width]{};
    i64 t = 0;
    for (; t + kOutputs <= outputs; t += kOutputs)
        slide<kOutputs, Rows, Width, Step, Repeat>(sums, at, t, count);
    for (; t < outputs; ++t) slide<1, Rows, Width, Step, Repeat>(sums, at, t, count);
#pragma GCC unroll 3
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
        for (int s = 0; s < Width; ++s) {
            float* sum = at.sums + (r * Width + s) * at.sums_step;
            store(sum, load(sum, count) + sums[r][s], count);
        }
}

template <int Rows, int Width, int Step, bool Repeat>
void any_rows(const TapSums& at, i64 outputs) {
    if (!Repeat && at.channels.count == kLanes) {
        add_rows<Rows, Width, Step, Repeat>(at, outputs, Whole{});
    } else {
        add_rows<Rows, Width, Step, Repeat>(at, outputs, at.channels.count);
    }
}

using AnyRows = void (*)(const TapSums&, i64);

// Rows of the window that are summed together: enough sums to hide the latency of multiply-add, few
// enough for the registers.
CONVOLENS_INLINE i64 rows_together(i64 width) {
    return width <= 3 ? 3 : width == 5 ? 2 : 1;
}

template <int Width, int Step, bool Repeat>
CONVOLENS_INLINE AnyRows rows_of(i64 rows) {
    if (rows == 1) return any_rows<1, Width, Step, Repeat>;
    if constexpr (Width <= 5)
        if (rows == 2) return any_rows<2, Width, Step, Repeat>;
    if constexpr (Width <= 3) return any_rows<3, Width, Step, Repeat>;
    return nullptr;
}

// For `rows` rows of `width` neighbouring taps at a step; null if there is none. Few taps a row are
// worth it only where a loaded pixel is repeated.
template <bool Repeat>
CONVOLENS_INLINE AnyRows choose_rows(i64 rows, i64 width, i64 step) {
    if (step == 1) {
        if (Repeat && width == 2) return rows_of<2, 1, true>(rows);
        if (Repeat && width == 3) return rows_of<3, 1, true>(rows);
        if (width == 5) return rows_of<5, 1, Repeat>(rows);
        if (width == 7) return rows_of<7, 1, Repeat>(rows);
    } else if (step == 2) {
        if (Repeat && width == 3) return rows_of<3, 2, true>(rows);
        if (width == 5) return rows_of<5, 2, Repeat>(rows);
        if (width == 7) return rows_of<7, 2, Repeat>(rows);
    }
    return nullptr;
}

// The registers of channels of one row of outputs.
template <bool Repeat>
struct Row {
    const WeightGradArgs& args;
    Inside taps;  // that lie in the image from above to below
    i64 width;    // of the window's rows of neighbouring taps, or 0
    const i64* offsets;
    i64 image, row;
    float* partial;
    i64 first, last;  // registers

    i64 channels() const { return args.groups * args.group_outputs; }

    template <class Body>
    void for_each_register(i64 column, i64 tap, Body body) const {
        const i64 top = args.row_origin + row * args.row_step;
        const i64 left = args.column_origin + column * args.column_step;
        const float* gradient = args.g + (image * args.p + row) * args.g_row + column * channels();
        const float* pixel = args.x + ((image * args.h + top) * args.w + left) * args.c;
        for (i64 c = first * kLanes; c < last * kLanes && c < channels(); c += kLanes) {
            Channels own{c, channels() - c < kLanes ? channels() - c : kLanes, c, 0, {}};
            if constexpr (Repeat) own = channels_of(c, channels(), args.group_outputs);
            body(TapSums{gradient + c, channels(), pixel + own.input, args.c, offsets + tap,
                         partial + tap * channels() + c, channels(), own});
        }
    }

    // Outputs whose windows lie inside the image from side to side.
    void inner(i64 column, i64 outputs) const {
        constexpr typename Count<kTaps>::type numbers{};
        if (width && choose_rows<Repeat>(1, width, args.column_step)) {
            const i64 together = rows_together(width) * width;
            for (i64 s = taps.first; s < taps.last; s += together) {
                const i64 left = taps.last - s;
                const AnyRows add = choose_rows<Repeat>((left < together ? left : together) / width,
                                                        width, args.column_step);
                for_each_register(column, s, [&](const TapSums& at) { add(at, outputs); });
            }
            return;
        }
        const i64 step = args.column_step * args.c;
        for (i64 s = taps.first; s < taps.last; s += kTaps) {
            const i64 left = taps.last - s;
            const AnyTaps add = choose_taps<Repeat>(left < kTaps ? left : kTaps, numbers);
            for_each_register(column, s, [&](const TapSums& at) { add(at, step, outputs); });
        }
    }

    // An output some of whose taps lie beside the image.
    void border(i64 column) const {
        const i64 left = args.column_origin + column * args.column_step;
        for (i64 s = taps.first; s < taps.last; ++s) {
            const i64 at = left + args.segments.dx[s];
            if (at < 0 || at >= args.w) continue;
            for_each_register(column, s,
                              [&](const TapSums& sums) { any_taps<1, Repeat>(sums, 0, 1); });
        }
    }

    void add(const Inside& columns) const {
        for (i64 column = 0; column < columns.first; ++column) border(column);
        for (i64 column = columns.first; column < columns.last; column += kColumns) {
            const i64 left = columns.last - column;
            inner(column, left < kColumns ? left : kColumns);
        }
        for (i64 column = columns.last; column < args.q; ++column) border(column);
    }
};

template <bool Repeat>
void any_weight_grad(const DepthwiseGradArgs& both, i64 begin, i64 end, float* scratch) {
    const WeightGradArgs& args = both.weight;
    const Segments& taps = args.segments;
    const i64 channels = args.groups * args.group_outputs;
    const i64 registers = divide_up(channels, kLanes);
    const i64 blocks = args.n * args.row_blocks * args.strips;
    i64* offsets = reinterpret_cast<i64*>(scratch);
    float* input_scratch = scratch + offset_floats(taps.count);
    for (i64 s = 0; s < taps.count; ++s) offsets[s] = (taps.dy[s] * args.w + taps.dx[s]) * args.c;
    const i64 width = width_of(taps);
    const Inside inside = rows_inside(args, args.p);
    const DenseWindow window = dense_window(taps);
    const bool small = DepthwiseSums::can_compute(args, window);
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 slot = unit / args.parts, part = unit % args.parts;
        const i64 first = registers * part / args.parts;
        const i64 last = registers * (part + 1) / args.parts;
        float* partial = args.partial + slot * taps.count * channels;
        for (i64 s = 0; s < taps.count; ++s)
            clear(partial + s * channels + first * kLanes,
                  (last == registers ? channels : last * kLanes) - first * kLanes);
        const i64 last_block = blocks * (slot + 1) / args.slots;
        for (i64 block = blocks * slot / args.slots; block < last_block; ++block) {
            if (both.input.count) depthwise(both.input, block, block + 1, input_scratch);
            const BlockPlace at = place_of_block(args, args.p, block);
            const i64 image = at.image, first_row = at.first_row, last_row = first_row + at.rows;
            const WeightGradArgs strip = strip_of(args, at.strip);
            const Inside columns = columns_inside(strip, strip.q);
            if (small) {
                DepthwiseSums{strip, window, inside, columns, partial, first, last}.add(
                    image, first_row, last_row);
            } else {
                for (i64 row = first_row; row < last_row; ++row)
                    Row<Repeat>{strip,   segments_inside(args, row),
                                width,   offsets,
                                image,   row,
                                partial, first,
                                last}
                        .add(columns);
            }
        }
    }
}

}  // namespace

// partial[slot][tap][output channel]. Scratch: offsets of taps as i64, and what `depthwise` needs.
void depthwise_grad(const DepthwiseGradArgs& args, i64 begin, i64 end, float* scratch) {
    if (args.weight.group_outputs == 1) {
        any_weight_grad<false>(args, begin, end, scratch);
    } else {
        any_weight_grad<true>(args, begin, end, scratch);
    }
}

}  // namespace convolens::CONVOLENS_ISA
