// Convolution where each output channel reads one input channel: neighbouring channels in the
// lanes.
//
// Every tap is one multiply-add of a register of the image with a register of weights, so the loads
// set the pace: no tile of channels can serve twice. Small windows are computed by tiles of rows
// and columns, all others row by row: neighbouring outputs share the weights.
#include "kernels/depthwise_tiles.h"
#include "kernels/kernels.h"
#include "kernels/repeat.h"
#include "kernels/source.h"
#include "kernels/tile.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The taps [first, last) of the outputs of a row, and what is done beside adding them up.
struct Taps {
    const i64* offsets;  // floats from the first tap of output 0
    const float* weights;
    i64 weight_step;  // floats from tap to tap
    i64 first, last;
    const float* bias;  // or null
    bool relu;
};

// Outputs [t] of a row, `step` floats apart in the image.
template <int Outputs, bool Repeat, class Count>
CONVOLENS_INLINE void tile(const float* x, i64 step, const Taps& taps, float* y, i64 y_step,
                           const Channels& channels, Count count) {
    vec sums[Outputs];
    const vec start = taps.bias ? load(taps.bias, count) : vec{};
#pragma GCC unroll 16
    for (int t = 0; t < Outputs; ++t) sums[t] = start;
    for (i64 tap = taps.first; tap < taps.last; ++tap) {
        const vec w = load(taps.weights + tap * taps.weight_step, count);
        const float* from = x + taps.offsets[tap];
#pragma GCC unroll 16
        for (int t = 0; t < Outputs; ++t)
            sums[t] += w * load_channels<Repeat>(from + t * step, channels, count);
    }
    if (taps.relu) rectify(sums);
#pragma GCC unroll 16
    for (int t = 0; t < Outputs; ++t) store(y + t * y_step, sums[t], count);
}

// All lanes are in use almost always: then loads need no mask.
template <int Outputs, bool Repeat>
void any_tile(const float* x, i64 step, const Taps& taps, float* y, i64 y_step,
              const Channels& channels) {
    if (channels.count == kLanes) {
        tile<Outputs, Repeat>(x, step, taps, y, y_step, channels, Whole{});
    } else {
        tile<Outputs, Repeat>(x, step, taps, y, y_step, channels, channels.count);
    }
}

using AnyTile = void (*)(const float*, i64, const Taps&, float*, i64, const Channels&);

template <bool Repeat, int... I>
CONVOLENS_INLINE AnyTile choose_outputs(i64 outputs, Indices<I...>) {
    static constexpr AnyTile all[] = {any_tile<I + 1, Repeat>...};
    return all[outputs - 1];
}

// `Outputs` outputs, `Step` pixels apart, whose windows have rows of `Width` neighbouring taps.
template <int Outputs, int Width, int Step, class Count>
CONVOLENS_INLINE void slide(const float* x, i64 pixel, const Taps& taps, float* y, i64 y_step,
                            Count count) {
    vec sums[Outputs];
    const vec start = taps.bias ? load(taps.bias, count) : vec{};
#pragma GCC unroll 8
    for (int t = 0; t < Outputs; ++t) sums[t] = start;
    const float* weights = taps.weights + taps.first * taps.weight_step;
    for (i64 tap = taps.first; tap < taps.last; tap += Width) {
        vec w[Width];
#pragma GCC unroll 8
        for (int s = 0; s < Width; ++s) w[s] = load(weights + s * taps.weight_step, count);
        weights += Width * taps.weight_step;
        const float* from = x + taps.offsets[tap];
#pragma GCC unroll 24
        for (int j = 0; j < (Outputs - 1) * Step + Width; ++j) {
            const vec v = load(from + j * pixel, count);
#pragma GCC unroll 8
            for (int s = 0; s < Width; ++s)
                if (j >= s && (j - s) % Step == 0 && (j - s) / Step < Outputs)
                    sums[(j - s) / Step] += w[s] * v;
        }
    }
    if (taps.relu) rectify(sums);
#pragma GCC unroll 8
    for (int t = 0; t < Outputs; ++t) store(y + t * y_step, sums[t], count);
}

template <int Outputs, int Width, int Step>
void any_slide(const float* x, i64 pixel, const Taps& taps, float* y, i64 y_step, i64 lanes) {
    if (lanes == kLanes) {
        slide<Outputs, Width, Step>(x, pixel, taps, y, y_step, Whole{});
    } else {
        slide<Outputs, Width, Step>(x, pixel, taps, y, y_step, lanes);
    }
}

using AnySlide = void (*)(const float*, i64, const Taps&, float*, i64, i64);

// The sizes of tiles, largest first.
constexpr int kSlides[] = {8, 4, 2, 1};

template <int Width, int Step>
CONVOLENS_INLINE AnySlide slide_of(int size) {
    static constexpr AnySlide all[] = {any_slide<8, Width, Step>, any_slide<4, Width, Step>,
                                       any_slide<2, Width, Step>, any_slide<1, Width, Step>};
    return all[size];
}

// The tile for rows of `width` taps at a step, of size kSlides[size]; null if there is none.
CONVOLENS_INLINE AnySlide choose_slide(i64 width, i64 step, int size) {
    if (step == 1) {
        if (width == 2) return slide_of<2, 1>(size);
        if (width == 3) return slide_of<3, 1>(size);
        if (width == 5) return slide_of<5, 1>(size);
        if (width == 7) return slide_of<7, 1>(size);
    } else if (step == 2) {
        if (width == 3) return slide_of<3, 2>(size);
        if (width == 5) return slide_of<5, 2>(size);
        if (width == 7) return slide_of<7, 2>(size);
    }
    return nullptr;
}

// Registers that are summed side by side where a tile has one output only.
constexpr int kTogether = 4;

// A row of outputs, as far as its taps lie in the image from above to below.
template <bool Repeat>
struct Row {
    const WindowArgs& args;
    Inside taps;
    const i64* offsets;
    i64* chosen;     // room for two numbers a tap
    i64 width;       // of the window's rows of neighbouring taps, or 0
    const float* x;  // the pixel of tap 0 of output 0, channel 0
    float* y;

    i64 outputs() const { return args.groups * args.group_outputs; }
    i64 step() const { return args.column_step * args.c; }

    Taps taps_of(i64 output) const {
        return {offsets,   args.packed + output,
                outputs(), taps.first,
                taps.last, args.bias ? args.bias + output : nullptr,
                args.relu};
    }

    template <class Body>
    void for_each_register(Body body) const {
        for (i64 output = 0; output < outputs(); output += kLanes)
            body(channels_of(output, outputs(), args.group_outputs));
    }

    void inner(i64 column, i64 count) const {
        constexpr typename Count<kTileRows>::type tiles{};
        const AnyTile compute = choose_outputs<Repeat>(count, tiles);
        for_each_register([&](const Channels& channels) {
            compute(x + column * step() + channels.input, step(), taps_of(channels.output),
                    y + column * args.y_column + channels.output, args.y_column, channels);
        });
    }

    // Asks for what the row of outputs below reads and this one does not. It need not exist.
    void fetch_below(i64 column, i64 pixels, i64 output) const {
        const float* below = x + (args.segments.dy_max + 1) * args.w * args.c;
        for (i64 row = 0; row < args.row_step; ++row)
            for (i64 i = 0; i < pixels; ++i)
                __builtin_prefetch(below + (row * args.w + column + i) * args.c + output, 0, 3);
    }

    // Asks for the memory of the row of outputs below, where it does not run on: the outputs of a
    // phase of the stride lie between those of others.
    void fetch_outputs_below(i64 column, i64 count, i64 output) const {
        for (i64 i = 0; i < count; ++i)
            __builtin_prefetch(y + args.y_row + (column + i) * args.y_column + output, 1, 3);
    }

    void slide(i64 column, i64 size, AnySlide compute) const {
        for_each_register([&](const Channels& channels) {
            const i64 output = channels.output;
            fetch_below(column * args.column_step, size * args.column_step, output);
            if (args.y_column != outputs()) fetch_outputs_below(column, size, output);
            compute(x + column * step() + output, args.c, taps_of(output),
                    y + column * args.y_column + output, args.y_column, channels.count);
        });
    }

    // An output some of whose taps lie beside the image: the others are listed first.
    void border(i64 column) const {
        const i64 left = args.column_origin + column * args.column_step;
        i64* from = chosen;
        i64* weights = chosen + args.segments.count;
        i64 count = 0;
        for (i64 s = taps.first; s < taps.last; ++s) {
            const i64 at = left + args.segments.dx[s];
            if (at < 0 || at >= args.w) continue;
            from[count] = offsets[s];
            weights[count++] = s * outputs();
        }
        const float* pixel = x + column * step();
        float* to = y + column * args.y_column;
        i64 output = 0;
        if constexpr (!Repeat) {
            // Several registers at a time, so that no sum waits for itself.
            for (; output + kTogether * kLanes <= outputs(); output += kTogether * kLanes) {
                vec sums[kTogether];
#pragma GCC unroll 4
                for (int v = 0; v < kTogether; ++v)
                    sums[v] = args.bias ? load(args.bias + output + v * kLanes) : vec{};
                for (i64 tap = 0; tap < count; ++tap) {
#pragma GCC unroll 4
                    for (int v = 0; v < kTogether; ++v)
                        sums[v] += load(args.packed + weights[tap] + output + v * kLanes) *
                                   load(pixel + from[tap] + output + v * kLanes);
                }
                if (args.relu) rectify(sums);
#pragma GCC unroll 4
                for (int v = 0; v < kTogether; ++v) store(to + output + v * kLanes, sums[v]);
            }
        }
        for (; output < outputs(); output += kLanes) {
            const Channels channels = channels_of(output, outputs(), args.group_outputs);
            vec sum = args.bias ? load_first(args.bias + output, channels.count) : vec{};
            for (i64 tap = 0; tap < count; ++tap)
                sum += load_first(args.packed + weights[tap] + output, channels.count) *
                       load_channels<Repeat>(pixel + from[tap] + channels.input, channels,
                                             channels.count);
            if (args.relu) sum = max(vec{}, sum);
            store_first(to + output, sum, channels.count);
        }
    }

    void compute(const Inside& columns) const {
        for (i64 at = 0; at < columns.first; ++at) border(at);
        i64 column = columns.first;
        if (!Repeat && choose_slide(width, args.column_step, 0)) {
            for (int size = 0; size < 4; ++size)
                for (; column + kSlides[size] <= columns.last; column += kSlides[size])
                    slide(column, kSlides[size], choose_slide(width, args.column_step, size));
        } else {
            for_each_tile(columns.last - column,
                          [&](i64 first, i64 count) { inner(column + first, count); });
        }
        for (i64 at = columns.last; at < args.columns; ++at) border(at);
    }
};

void compute_rows(const WindowArgs& args, i64 image, i64 first, i64 end, float* scratch) {
    const Segments& taps = args.segments;
    const i64 last = end < args.rows ? end : args.rows;
    const DenseWindow window = dense_window(taps);
    if (DepthwiseTiles::can_compute(args, window))
        return DepthwiseTiles{args, window, args.x + image * args.h * args.w * args.c,
                              args.y + image * args.y_image}
            .compute(first, last);
    const Inside columns = columns_inside(args, args.columns);
    i64* offsets = reinterpret_cast<i64*>(scratch);
    i64* chosen = offsets + taps.count;
    for (i64 s = 0; s < taps.count; ++s) offsets[s] = (taps.dy[s] * args.w + taps.dx[s]) * args.c;
    const i64 width = width_of(taps);
    for (i64 row = first; row < last; ++row) {
        const i64 top = args.row_origin + row * args.row_step;
        const float* x = args.x + ((image * args.h + top) * args.w + args.column_origin) * args.c;
        float* y = args.y + image * args.y_image + row * args.y_row;
        const Inside inside = segments_inside(args, row);
        if (args.group_outputs == 1) {
            Row<false>{args, inside, offsets, chosen, width, x, y}.compute(columns);
        } else {
            Row<true>{args, inside, offsets, chosen, width, x, y}.compute(columns);
        }
    }
}

}  // namespace

// Scratch: offsets of taps as i64, and two more numbers a tap.
void depthwise(const WindowsArgs& args, i64 begin, i64 end, float* scratch) {
    const WindowArgs& most = args.windows[0];
    // Phases write pixels between those of others: they take turns, row by row.
    const i64 step = args.count > 1 ? kWindowRows : most.row_block;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 image = unit / most.row_blocks, first = unit % most.row_blocks * most.row_block;
        const i64 below = first + most.row_block;
        for (i64 row = first; row < below; row += step) {
            const i64 last = row + step < below ? row + step : below;
            for (i64 i = 0; i < args.count; ++i)
                compute_rows(args.windows[i], image, row, last, scratch);
        }
    }
    if (most.past) wait_for_past();
}

void group_sum(const GroupSumArgs& args, i64 begin, i64 end, float*) {
    for (i64 i = begin; i < end; ++i)
        for (i64 c = 0; c < args.channels; ++c) {
            const float* x = args.x + (i * args.channels + c) * args.size;
            float sum = args.bias ? args.bias[c] : 0.0f;
            for (i64 j = 0; j < args.size; ++j) sum += x[j];
            args.y[i * args.channels + c] = sum;
        }
}

}  // namespace convolens::CONVOLENS_ISA
