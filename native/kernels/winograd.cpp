// Winograd's convolution: transformed weights, and blocks of tiles from image to output.
#include "kernels/winograd.h"

#include <algorithm>

#include "kernels/lines.h"
#include "kernels/short_tiles.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Transforms the weights of one register and writes them to the places of a row.
template <class F, class Tap>
CONVOLENS_INLINE void write_weights(float* row, i64 place_step, Tap tap) {
    constexpr int kTaps = F::kTaps * F::kTaps, kPlaces = F::kPlaces;
    vec w[kTaps], turned[kPlaces];
#pragma GCC unroll 25
    for (int i = 0; i < kTaps; ++i) w[i] = tap(i);
    F::weights(w, turned);
#pragma GCC unroll 36
    for (int place = 0; place < kPlaces; ++place) store(row + place * place_step, turned[place]);
}

// Transforms rows [first, last) of a panel into u [place][row][kPanel]. For the forward pass rows
// are channels. A block of kLanes x kLanes weights is turned, since the lanes of u are outputs and
// those of w channels.
template <class F>
void weights_forward(const WinogradWeights& weights, i64 panel, i64 first, i64 last, float* u,
                     i64 place_step, float* scratch) {
    constexpr i64 kTaps = F::kTaps * F::kTaps;
    constexpr i64 kBlock = kLanes * kLanes;
    for (i64 c = first; c < last; c += kLanes)
        for (i64 v = 0; v < kPanel; v += kLanes) {
            const i64 output = panel * kPanel + v;
            const i64 left = weights.outputs - output;
            const i64 outputs = left < 0 ? 0 : left < kLanes ? left : kLanes;
            const i64 count = last - c < kLanes ? last - c : kLanes;
            for (i64 tap = 0; tap < kTaps; ++tap) {
                const float* from = weights.w + (output * kTaps + tap) * weights.channels + c;
                const i64 step = kTaps * weights.channels;
                transpose_block(from, step, scratch + tap * kBlock, kLanes, outputs, count, kLanes);
                // The next channels of so many outputs: the processor does not foresee them.
                for (i64 i = 0; i < outputs; ++i)
                    __builtin_prefetch(from + i * step + kLanes, 0, 3);
            }
            float* row = u + (c - first) * kPanel + v;
            for (i64 i = 0; i < count; ++i)
                write_weights<F>(row + i * kPanel, place_step, [&](int tap) CONVOLENS_INLINED {
                    return load(scratch + tap * kBlock + i * kLanes);
                });
        }
}

// The same for the input gradient: rows are outputs, and lanes channels.
template <class F>
void weights_backward(const WinogradWeights& weights, i64 panel, i64 first, i64 last, float* u,
                      i64 place_step) {
    constexpr i64 kTaps = F::kTaps * F::kTaps, kAhead = 3;
    for (i64 k = first; k < last; ++k)
        for (i64 v = 0; v < kPanel; v += kLanes) {
            const i64 channel = panel * kPanel + v;
            const i64 left = weights.channels - channel;
            const float* w = weights.w + k * kTaps * weights.channels + channel;
            // The taps of an output lie far apart: the processor does not foresee the next ones.
            for (i64 tap = 0; tap < kTaps; ++tap)
                __builtin_prefetch(w + (kAhead * kTaps + tap) * weights.channels, 0, 3);
            float* row = u + (k - first) * kPanel + v;
            const auto write = [&](auto lanes) CONVOLENS_INLINED {
                write_weights<F>(row, place_step, [&](int tap) CONVOLENS_INLINED {
                    return load(w + (kTaps - 1 - tap) * weights.channels, lanes);
                });
            };
            if (left >= kLanes) {
                write(Whole{});
            } else if (left > 0) {
                write(left);
            } else {
                write_weights<F>(row, place_step, [](int) { return vec{}; });
            }
        }
}

template <class F>
void transform_weights(const WinogradWeights& weights, i64 panel, i64 first, i64 last, float* u,
                       i64 place_step, float* scratch) {
    weights.backward ? weights_backward<F>(weights, panel, first, last, u, place_step)
                     : weights_forward<F>(weights, panel, first, last, u, place_step, scratch);
}

// A block of tiles: first the tiles of the image, transformed, [place][tile][channels]; then their
// products with the weights, [place][tile][outputs of a group of panels].
template <class F>
struct Block {
    static constexpr int M = F::kOutputs, R = F::kTaps, T = F::kTile, kPlaces = F::kPlaces;

    const WinogradArgs& args;
    i64 first, tiles;    // counted over the whole batch
    const float* zeros;  // a pixel of the image
    float* inputs;
    i64 input_place;
    float* products;
    i64 product_place;
    float* weights;  // of a group of panels and a chain of channels, if they are not laid out
    float* turned;

    struct Place {
        i64 image, row, column;
    };

    Place place_of(i64 tile) const {
        const i64 at = first + tile, per_image = args.tile_rows * args.tile_columns;
        return {at / per_image, at % per_image / args.tile_columns, at % args.tile_columns};
    }

    void transform_inputs() const {
        for (i64 tile = 0; tile < tiles; ++tile) {
            const Place at = place_of(tile);
            const float* image = args.x + at.image * args.h * args.w * args.c;
            const Pixels<T> pixels(image, args.h, args.w, args.c, args.row_origin + at.row * M,
                                   args.column_origin + at.column * M, zeros);
            for_each_register(0, args.c, [&](i64 c, auto count) {
                vec column[T], half[kPlaces], turned[T];
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) {
                    pixels.load_column(j, c, count, column);
                    F::template input<1, T>(column, half + j);
                }
                fetch_next_tile<M, T>(image, args.w, args.c, args.row_origin + at.row * M,
                                      args.column_origin + at.column * M, c);
                float* to = inputs + tile * args.c + c;
#pragma GCC unroll 6
                for (int i = 0; i < T; ++i) {
                    F::template input<1, 1>(half + T * i, turned);
#pragma GCC unroll 6
                    for (int j = 0; j < T; ++j)
                        store(to + (i * T + j) * input_place, turned[j], count);
                }
            });
        }
    }

    // products = the sums over some channels of inputs and weights u [panel][place][channel][width]
    // of a group of panels, added up a chain at a time; if these are not the first channels, added
    // to what is there.
    void multiply(i64 first_panel, i64 last_panel, const float* u, i64 first, i64 last) const {
        ShortTiles short_tiles{};
        Tile& tile = short_tiles.first;
        tile.a_row = args.c;
        tile.b_step = kPanel;
        tile.y_row = args.product_row;
        const i64 place_step = odd_lines((last - first) * kPanel);
        const i64 group = last_panel - first_panel;
        for (int place = 0; place < kPlaces; ++place)
            for (i64 number = 0; number < group; ++number) {
                const i64 left = args.k - (first_panel + number) * kPanel;
                tile.columns = left <= kLanes ? kLanes : kPanel;
                const float* b = u + (number * kPlaces + place) * place_step;
                const bool same = number + 1 < group;
                const float* next = same ? b + kPlaces * place_step : u + (place + 1) * place_step;
                tile.y = products + place * product_place + number * kPanel;
                for (i64 c = first; c < last; c += args.chain) {
                    tile.a = inputs + place * input_place + c;
                    tile.b = b + (c - first) * kPanel;
                    short_tiles.length = std::min(args.chain, last - c);
                    tile.accumulate = c > 0;
                    // The processor does not foresee what lies on another page.
                    if (args.far)
                        short_tiles.next = c + short_tiles.length < last
                                               ? tile.b + short_tiles.length * kPanel
                                               : next;
                    compute_short_tiles<false>(short_tiles, tiles);
                }
            }
    }

    // The same for all channels, with weights that are transformed a chain at a time.
    void multiply_fresh(i64 first_panel, i64 last_panel) const {
        for (i64 c = 0; c < args.c; c += args.chain) {
            const i64 last = std::min(args.c, c + args.chain);
            const i64 place_step = odd_lines((last - c) * kPanel);
            for (i64 panel = first_panel; panel < last_panel; ++panel)
                transform_weights<F>(args.weights, panel, c, last,
                                     weights + (panel - first_panel) * kPlaces * place_step,
                                     place_step, turned);
            multiply(first_panel, last_panel, weights, c, last);
        }
    }

    // Where the outputs of a tile go: memory, or a copy of it.
    struct Target {
        float* to;
        i64 row, pixel;
        i64 rows, columns;  // that exist
    };

    // The outputs of a register of channels from k on; `from` are their products.
    template <class Count>
    void transform_register(const float* from, i64 k, Count count, const Target& target) const {
        vec place[kPlaces], half[M * T], outputs[M];
#pragma GCC unroll 36
        for (int i = 0; i < kPlaces; ++i) place[i] = load(from + i * product_place);
#pragma GCC unroll 6
        for (int j = 0; j < T; ++j) F::template sums<M, T, T>(place + j, half + j);
        const vec bias = args.bias ? load(args.bias + k, count) : vec{};
#pragma GCC unroll 4
        for (int i = 0; i < M; ++i) {
            if (i >= target.rows) break;
            F::template sums<M, 1, 1>(half + T * i, outputs);
#pragma GCC unroll 4
            for (int j = 0; j < M; ++j) outputs[j] += bias;
            if (args.relu) rectify(outputs);
#pragma GCC unroll 4
            for (int j = 0; j < M; ++j)
                if (j < target.columns)
                    store(target.to + i * target.row + j * target.pixel, outputs[j], count);
        }
    }

    // The same of the channels of a line of memory, which is written in one go.
    void transform_line(const float* from, i64 k, const Target& target) const {
        alignas(kLine * sizeof(float)) float lines[M][M][kLine];
        for (i64 c = 0; c < kLine; c += kLanes)
            transform_register(from + c, k + c, Whole{},
                               Target{lines[0][0] + c, M * kLine, kLine, target.rows, M});
        write_lines(lines, target.to, target.row, target.pixel, target.rows, target.columns);
    }

    void transform_outputs(i64 first_output, i64 last_output) const {
        const bool past = args.past && (last_output - first_output) % kLine == 0;
        for (i64 tile = 0; tile < tiles; ++tile) {
            const Place at = place_of(tile);
            const i64 row = at.row * M, column = at.column * M;
            const Target target{args.y + ((at.image * args.p + row) * args.q + column) * args.k,
                                args.q * args.k, args.k, std::min<i64>(M, args.p - row),
                                std::min<i64>(M, args.q - column)};
            const float* from = products + tile * args.product_row;
            if (past) {
                for (i64 k = first_output; k < last_output; k += kLine) {
                    Target own = target;
                    own.to += k;
                    transform_line(from + (k - first_output), k, own);
                }
                continue;
            }
            for_each_register(first_output, last_output, [&](i64 k, auto count) {
                Target own = target;
                own.to += k;
                if (k % kLine == 0) fetch_pixels<M, M>(own.to + M * args.k, own.row, own.pixel);
                transform_register(from + (k - first_output), k, count, own);
            });
        }
    }

    // The outputs of panels [begin, end).
    void compute(i64 begin, i64 end) const {
        transform_inputs();
        for (i64 panel = begin; panel < end; panel += args.panel_group) {
            const i64 next = panel + args.panel_group < end ? panel + args.panel_group : end;
            if (args.u) {
                const i64 step = kPlaces * odd_lines(args.c * kPanel);
                multiply(panel, next, args.u + panel * step, 0, args.c);
            } else {
                multiply_fresh(panel, next);
            }
            const i64 last = next * kPanel < args.k ? next * kPanel : args.k;
            transform_outputs(panel * kPanel, last);
        }
    }
};

template <class F>
void blocks(const WinogradArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 total = args.n * args.tile_rows * args.tile_columns;
    const i64 input_place = odd_lines(args.block * args.c);
    const i64 product_place = odd_lines(args.block * args.product_row);
    const i64 panels = (args.k + kPanel - 1) / kPanel;
    float* inputs = scratch + odd_lines(args.c);
    float* products = inputs + F::kPlaces * input_place;
    float* weights = products + F::kPlaces * product_place;
    float* turned = weights + F::kPlaces * args.panel_group * odd_lines(args.chain * kPanel);
    std::fill_n(scratch, args.c, 0.0f);
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 number = unit % args.blocks, part = unit / args.blocks;
        const i64 first = total * number / args.blocks;
        const i64 last = total * (number + 1) / args.blocks;
        const Block<F> block{args,        first,    last - first,  scratch, inputs,
                             input_place, products, product_place, weights, turned};
        block.compute(panels * part / args.parts, panels * (part + 1) / args.parts);
    }
}

}  // namespace

// Scratch: a block of kLanes x kLanes weights at each tap.
void winograd_weights(const WinogradWeightArgs& args, i64 begin, i64 end, float* scratch) {
    const WinogradWeights& weights = args.weights;
    const i64 rows = weights.backward ? weights.outputs : weights.channels;
    const i64 lanes = weights.backward ? weights.channels : weights.outputs;
    const i64 panels = (lanes + kPanel - 1) / kPanel, place_step = odd_lines(rows * kPanel);
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 panel = unit % panels, first = unit / panels * args.kRowBlock;
        const i64 last = std::min(rows, first + args.kRowBlock);
        with_filter(args.tile, args.taps, [&](auto filter) {
            using F = decltype(filter);
            float* u = args.u + panel * F::kPlaces * place_step + first * kPanel;
            transform_weights<F>(weights, panel, first, last, u, place_step, scratch);
        });
    }
}

// Scratch: a pixel of zeros, what a block holds, and, for weights that are not laid out, those of a
// group of panels and a chain of channels, and a block of kLanes x kLanes of them at each tap.
void winograd(const WinogradArgs& args, i64 begin, i64 end, float* scratch) {
    with_filter(args.tile, args.taps,
                [&](auto filter) { blocks<decltype(filter)>(args, begin, end, scratch); });
    if (args.past) wait_for_past();
}

}  // namespace convolens::CONVOLENS_ISA
