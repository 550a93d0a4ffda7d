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
    i64 width;          // of the window's rows of neighbouring taps, or 0
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

// The sizes of tiles, largest first.
constexpr int kSizes[] = {8, 4, 1};

// Where outputs repeat their inputs, loads need a mask anyway. Fewer channels than lanes are no
// tile of the largest size.
template <int Outputs, bool Repeat>
void any_tile(const float* x, i64 step, const Taps& taps, float* y, i64 y_step,
              const Channels& channels) {
    if constexpr (Repeat) {
        tile<Outputs, Repeat>(x, step, taps, y, y_step, channels, channels.count);
    } else if (Outputs == kSizes[0] || channels.count == kLanes) {
        tile<Outputs, Repeat>(x, step, taps, y, y_step, channels, Whole{});
    } else if constexpr (Outputs < kSizes[0]) {
        tile<Outputs, Repeat>(x, step, taps, y, y_step, channels, channels.count);
    }
}

using AnyTile = void (*)(const float*, i64, const Taps&, float*, i64, const Channels&);

template <bool Repeat>
CONVOLENS_INLINE AnyTile tile_of(int size) {
    static constexpr AnyTile all[] = {any_tile<8, Repeat>, any_tile<4, Repeat>,
                                      any_tile<1, Repeat>};
    return all[size];
}

// Adds what `Width` neighbouring taps read, the first at `x`, to outputs `Step` pixels apart.
template <int Width, int Step, int Outputs, class Count>
CONVOLENS_INLINE void add_taps(vec (&sums)[Outputs], const float* x, i64 pixel,
                               const float* weights, i64 weight_step, Count count) {
    vec w[Width];
#pragma GCC unroll 8
    for (int s = 0; s < Width; ++s) w[s] = load(weights + s * weight_step, count);
#pragma GCC unroll 24
    for (int j = 0; j < (Outputs - 1) * Step + Width; ++j) {
        const vec v = load(x + j * pixel, count);
#pragma GCC unroll 8
        for (int s = 0; s < Width; ++s)
            if (j >= s && (j - s) % Step == 0 && (j - s) / Step < Outputs)
                sums[(j - s) / Step] += w[s] * v;
    }
}

// Rows of more neighbouring taps than `kMany` are cut into pieces of so many, of `kFew`, and of
// one.
constexpr int kMany = 7, kFew = 3;

// `Outputs` outputs, `Step` pixels apart, whose windows have rows of `Width` neighbouring taps, or
// of more than kMany if that is 0.
template <int Outputs, int Width, int Step, class Count>
CONVOLENS_INLINE void slide(const float* x, i64 pixel, const Taps& taps, float* y, i64 y_step,
                            Count count) {
    vec sums[Outputs];
    const vec start = taps.bias ? load(taps.bias, count) : vec{};
#pragma GCC unroll 8
    for (int t = 0; t < Outputs; ++t) sums[t] = start;
    const i64 step = taps.weight_step, width = Width > 0 ? Width : taps.width;
    for (i64 tap = taps.first; tap < taps.last; tap += width) {
        const float* weights = taps.weights + tap * step;
        const float* from = x + taps.offsets[tap];
        if constexpr (Width > 0) {
            add_taps<Width, Step>(sums, from, pixel, weights, step, count);
        } else {
            i64 s = 0;
            for (; s + kMany <= width; s += kMany)
                add_taps<kMany, Step>(sums, from + s * pixel, pixel, weights + s * step, step,
                                      count);
            for (; s + kFew <= width; s += kFew)
                add_taps<kFew, Step>(sums, from + s * pixel, pixel, weights + s * step, step,
                                     count);
            for (; s < width; ++s)
                add_taps<1, Step>(sums, from + s * pixel, pixel, weights + s * step, step, count);
        }
    }
    if (taps.relu) rectify(sums);
#pragma GCC unroll 8
    for (int t = 0; t < Outputs; ++t) store(y + t * y_step, sums[t], count);
}

template <int Outputs, int Width, int Step, bool Narrow>
void any_slide(const float* x, i64 pixel, const Taps& taps, float* y, i64 y_step, i64 count) {
    if constexpr (Narrow) {
        slide<Outputs, Width, Step>(x, pixel, taps, y, y_step, count);
    } else {
        slide<Outputs, Width, Step>(x, pixel, taps, y, y_step, Whole{});
    }
}

using AnySlide = void (*)(const float*, i64, const Taps&, float*, i64, i64);

// Fewer channels than lanes are no tile of the largest size.
template <int Width, int Step, bool Narrow>
CONVOLENS_INLINE AnySlide slide_of(int size) {
    static constexpr AnySlide all[] = {Narrow ? nullptr : any_slide<8, Width, Step, false>,
                                       any_slide<4, Width, Step, Narrow>,
                                       any_slide<1, Width, Step, Narrow>};
    return all[size];
}

// The tile for rows of `width` taps at a step, of size kSizes[size]; null if there is none. Few
// taps a row are worth it only where loads need a mask.
template <bool Narrow>
CONVOLENS_INLINE AnySlide choose_slide(i64 width, i64 step, int size) {
    if (step == 1) {
        if (Narrow && width == 2) return slide_of<2, 1, true>(size);
        if (Narrow && width == 3) return slide_of<3, 1, true>(size);
        if (width == 5) return slide_of<5, 1, Narrow>(size);
        if (width == kMany) return slide_of<kMany, 1, Narrow>(size);
        if (width > kMany) return slide_of<0, 1, Narrow>(size);
    } else if (step == 2) {
        if (Narrow && width == 3) return slide_of<3, 2, true>(size);
        if (width == 5) return slide_of<5, 2, Narrow>(size);
        if (width == 7) return slide_of<7, 2, Narrow>(size);
    }
    return nullptr;
}

// Tiles of columns, of a size that leaves few to compute again: the last one ends with the last
// column. None is larger than kSizes[largest].
template <class Body>
CONVOLENS_INLINE void for_each_tile_size(i64 columns, int largest, Body body) {
    for (i64 done = 0; done < columns;) {
        int size = 2;
        while (size > largest && kSizes[size] < columns - done && kSizes[size - 1] <= columns)
            --size;
        const i64 last = columns - kSizes[size];
        body(done < last ? done : last, size);
        done += kSizes[size];
    }
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
    bool is_narrow() const { return outputs() < kLanes; }

    Taps taps_of(i64 output) const {
        return {offsets,
                args.packed + output,
                outputs(),
                taps.first,
                taps.last,
                width,
                args.bias ? args.bias + output : nullptr,
                args.relu};
    }

    // The register of outputs from `first` on; the last of many begins earlier, and is whole.
    Channels channels_from(i64 first) const {
        const i64 last = is_narrow() ? 0 : outputs() - kLanes;
        return channels_of(first < last ? first : last, outputs(), args.group_outputs);
    }

    template <class Body>
    void for_each_register(Body body) const {
        for (i64 output = 0; output < outputs(); output += kLanes) body(channels_from(output));
    }

    void inner(i64 column, AnyTile compute) const {
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
            const Channels channels = channels_from(output);
            const i64 own = channels.output;
            vec sum = args.bias ? load_first(args.bias + own, channels.count) : vec{};
            for (i64 tap = 0; tap < count; ++tap)
                sum += load_first(args.packed + weights[tap] + own, channels.count) *
                       load_channels<Repeat>(pixel + from[tap] + channels.input, channels,
                                             channels.count);
            if (args.relu) sum = max(vec{}, sum);
            store_first(to + own, sum, channels.count);
        }
    }

    AnySlide slide_of_size(int size) const {
        return is_narrow() ? choose_slide<true>(width, args.column_step, size)
                           : choose_slide<false>(width, args.column_step, size);
    }

    void compute(const Inside& columns) const {
        for (i64 at = 0; at < columns.first; ++at) border(at);
        const bool slides = !Repeat && slide_of_size(2);
        const int largest = !Repeat && is_narrow() ? 1 : 0;
        for_each_tile_size(columns.last - columns.first, largest, [&](i64 at, int size) {
            const i64 column = columns.first + at;
            if (slides) {
                slide(column, kSizes[size], slide_of_size(size));
            } else {
                inner(column, tile_of<Repeat>(size));
            }
        });
        for (i64 at = columns.last; at < args.columns; ++at) border(at);
    }
};

// Rows of outputs of windows with many taps, two registers of channels at a time: what they read is
// copied side by side first, with zeros beside the image. So the pixels of a window do not compete
// for a few lines of the cache, and no output is at a border.
struct Slab {
    const WindowArgs& args;
    i64 first, last;  // rows of outputs
    i64 height, width;
    float* pixels;  // [height][width][kPanel]
    i64* offsets;   // of taps

    Slab(const WindowArgs& args, i64 first, i64 last, float* scratch)
        : args(args),
          first(first),
          last(last),
          height((last - 1 - first) * args.row_step + args.segments.dy_max - args.segments.dy_min +
                 1),
          width((args.columns - 1) * args.column_step + args.segments.dx_max -
                args.segments.dx_min + 1),
          pixels(scratch + (2 * args.segments.count + kLine - 1) / kLine * kLine),
          offsets(reinterpret_cast<i64*>(scratch)) {
        const Segments& taps = args.segments;
        for (i64 s = 0; s < taps.count; ++s)
            offsets[s] = ((taps.dy[s] - taps.dy_min) * width + taps.dx[s] - taps.dx_min) * kPanel;
    }

    // Copies the registers of channels from `a` and `b` on.
    void fill(i64 image, i64 a, i64 b) const {
        const i64 top = args.row_origin + first * args.row_step + args.segments.dy_min;
        const i64 left = args.column_origin + args.segments.dx_min;
        const i64 begin = clamp(-left, 0, width), end = clamp(args.w - left, begin, width);
        for (i64 i = 0; i < height; ++i) {
            if (top + i < 0 || top + i >= args.h) continue;  // no tap reads it
            float* to = pixels + i * width * kPanel;
            const float* from = args.x + ((image * args.h + top + i) * args.w + left) * args.c;
            clear(to, begin * kPanel);
            for (i64 j = begin; j < end; ++j) {
                store(to + j * kPanel, load(from + j * args.c + a));
                store(to + j * kPanel + kLanes, load(from + j * args.c + b));
            }
            clear(to + end * kPanel, (width - end) * kPanel);
        }
    }

    // Computes the channels from `channel` on, which are the register `place` of the pixels.
    void compute(i64 image, i64 channel, i64 place, i64 taps_a_row) const {
        const i64 step = args.column_step * kPanel;
        const Channels channels{channel, kLanes, channel, 0, {}};
        for (i64 row = first; row < last; ++row) {
            const Inside inside = segments_inside(args, row);
            const Taps taps{offsets,
                            args.packed + channel,
                            args.groups,
                            inside.first,
                            inside.last,
                            taps_a_row,
                            args.bias ? args.bias + channel : nullptr,
                            args.relu};
            const float* x =
                pixels + (row - first) * args.row_step * width * kPanel + place * kLanes;
            float* y = args.y + image * args.y_image + row * args.y_row + channel;
            for_each_tile_size(args.columns, 0, [&](i64 column, int size) {
                const float* from = x + column * step;
                float* to = y + column * args.y_column;
                if (const AnySlide slide =
                        choose_slide<false>(taps_a_row, args.column_step, size)) {
                    slide(from, kPanel, taps, to, args.y_column, kLanes);
                } else {
                    tile_of<false>(size)(from, step, taps, to, args.y_column, channels);
                }
            });
        }
    }

    void compute(i64 image) const {
        const i64 taps_a_row = width_of(args.segments);
        // The last register begins earlier, and is whole.
        const i64 latest = args.groups - kLanes;
        for (i64 channel = 0; channel < args.groups; channel += kPanel) {
            const i64 a = channel < latest ? channel : latest;
            const i64 b = channel + kLanes < latest ? channel + kLanes : latest;
            fill(image, a, b);
            compute(image, a, 0, taps_a_row);
            if (b > a) compute(image, b, 1, taps_a_row);
        }
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
    if (args.slab) return Slab(args, first, last, scratch).compute(image);
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

// Scratch: offsets of taps as i64, and two more numbers a tap; or the offsets, and a slab.
void depthwise(const WindowsArgs& args, i64 begin, i64 end, float* scratch) {
    const WindowArgs& most = args.windows[0];
    // Phases write pixels between those of others: they take turns, row by row.
    const i64 step = args.count > 1 ? kWindowRows : most.row_block;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = unit % most.row_blocks * most.row_block;
        const i64 strips = unit / most.row_blocks, image = strips / most.strips;
        const i64 strip = strips % most.strips;
        const i64 below = first + most.row_block;
        for (i64 row = first; row < below; row += step) {
            const i64 last = row + step < below ? row + step : below;
            for (i64 i = 0; i < args.count; ++i)
                compute_rows(strip_of(args.windows[i], strip), image, row, last, scratch);
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
