// Convolution where each output channel reads one input channel: neighbouring channels in the
// lanes.
//
// Every tap is one multiply-add of a register of the image with a register of weights, so the loads
// set the pace: no tile of channels can serve twice. Small windows are computed by tiles of rows
// and columns, all others row by row: neighbouring outputs share the weights.
#include "kernels/depthwise_slab.h"
#include "kernels/depthwise_slide.h"
#include "kernels/depthwise_tiles.h"
#include "kernels/kernels.h"
#include "kernels/source.h"
#include "kernels/strips.h"

namespace convolens::CONVOLENS_ISA {
namespace {

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
                args.behind,
                output};
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

    // Stores the sums of a pixel's outputs from `output` on, after what they end with.
    template <class Count>
    void finish(vec sum, float* to, i64 output, Count count) const {
        vec own[1]{sum};
        if (args.behind) finish_behind(*args.behind, output, own, to + output, 0, count);
        store(to + output, own[0], count);
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
#pragma GCC unroll 4
                for (int v = 0; v < kTogether; ++v)
                    finish(sums[v], to, output + v * kLanes, Whole{});
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
            finish(sum, to, own, channels.count);
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
        const BlockPlace at = place_of_block(most, most.rows, unit);
        const i64 below = at.first_row + at.rows;
        for (i64 row = at.first_row; row < below; row += step) {
            const i64 last = row + step < below ? row + step : below;
            for (i64 i = 0; i < args.count; ++i)
                compute_rows(strip_of(args.windows[i], at.strip), at.image, row, last, scratch);
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
