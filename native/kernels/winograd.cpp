// Winograd's convolution: transformed weights, and blocks of tiles from image to output.
#include "kernels/winograd.h"

#include "kernels/tile.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The transformed weights of one panel: [place][row][kPanel], where the places lie an odd number of
// lines apart. Rows are channels, or outputs for the input gradient.
CONVOLENS_INLINE float* panel_of(float* u, i64 panel, i64 places, i64 rows) {
    return u + panel * places * odd_lines(rows * kPanel);
}

// Transforms the weights of one register and writes them to row `row` of a panel.
template <class F, class Tap>
CONVOLENS_INLINE void write_weights(float* u, i64 place_stride, i64 row, Tap tap) {
    constexpr int kTaps = F::kTaps * F::kTaps, kPlaces = F::kPlaces;
    vec w[kTaps], turned[kPlaces];
#pragma GCC unroll 25
    for (int i = 0; i < kTaps; ++i) w[i] = tap(i);
    F::weights(w, turned);
#pragma GCC unroll 36
    for (int place = 0; place < kPlaces; ++place)
        store(u + place * place_stride + row * kPanel, turned[place]);
}

// From w [K][R][R][C], for the forward pass: channels [first, last) of a panel of outputs. A block
// of kLanes x kLanes weights is turned, since the lanes of u are outputs and those of w channels.
template <class F>
void weights_forward(const WinogradWeightArgs& args, i64 panel, i64 first, i64 last,
                     float* scratch) {
    constexpr i64 kTaps = F::kTaps * F::kTaps;
    constexpr i64 kBlock = kLanes * kLanes;
    const i64 stride = odd_lines(args.channels * kPanel);
    float* u = panel_of(args.u, panel, F::kPlaces, args.channels);
    for (i64 c = first; c < last; c += kLanes)
        for (i64 v = 0; v < kPanel; v += kLanes) {
            const i64 output = panel * kPanel + v;
            const i64 left = args.outputs - output;
            const i64 outputs = left < 0 ? 0 : left < kLanes ? left : kLanes;
            const i64 count = last - c < kLanes ? last - c : kLanes;
            for (i64 tap = 0; tap < kTaps; ++tap)
                transpose_block(args.w + (output * kTaps + tap) * args.channels + c,
                                kTaps * args.channels, scratch + tap * kBlock, kLanes, outputs,
                                count, kLanes);
            for (i64 i = 0; i < count; ++i)
                write_weights<F>(u + v, stride, c + i, [&](int tap) CONVOLENS_INLINED {
                    return load(scratch + tap * kBlock + i * kLanes);
                });
        }
}

// The same for the input gradient, outputs [first, last) of a panel of channels: the taps turned
// round, inputs and outputs exchanged.
template <class F>
void weights_backward(const WinogradWeightArgs& args, i64 panel, i64 first, i64 last) {
    constexpr i64 kTaps = F::kTaps * F::kTaps, kAhead = 3;
    const i64 stride = odd_lines(args.outputs * kPanel);
    float* u = panel_of(args.u, panel, F::kPlaces, args.outputs);
    for (i64 k = first; k < last; ++k)
        for (i64 v = 0; v < kPanel; v += kLanes) {
            const i64 channel = panel * kPanel + v;
            const i64 left = args.channels - channel;
            const float* w = args.w + k * kTaps * args.channels + channel;
            // The taps of an output lie far apart: the processor does not foresee the next ones.
            for (i64 tap = 0; tap < kTaps; ++tap)
                __builtin_prefetch(w + (kAhead * kTaps + tap) * args.channels, 0, 3);
            const auto write = [&](auto lanes) CONVOLENS_INLINED {
                write_weights<F>(u + v, stride, k, [&](int tap) CONVOLENS_INLINED {
                    return load(w + (kTaps - 1 - tap) * args.channels, lanes);
                });
            };
            if (left >= kLanes) {
                write(Whole{});
            } else if (left > 0) {
                write(left);
            } else {
                write_weights<F>(u + v, stride, k, [](int) { return vec{}; });
            }
        }
}

// A block of tiles: first the tiles of the image, transformed, [place][tile][channels]; then their
// products with the weights, [place][tile][outputs of a group of panels].
template <class F>
struct Block {
    static constexpr int M = F::kOutputs, R = F::kTaps, T = F::kTile, kPlaces = F::kPlaces;

    const WinogradArgs& args;
    i64 first, tiles;  // counted over the whole batch
    float* inputs;
    i64 input_place;
    float* products;
    i64 product_place;

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
            for_each_register(0, args.c, [&](i64 c, auto count) {
                vec pixels[kPlaces], half[kPlaces], turned[T];
                load_tile<T>(image + c, args.h, args.w, args.c, args.row_origin + at.row * M,
                             args.column_origin + at.column * M, pixels, count);
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) F::template input<T, T>(pixels + j, half + j);
                fetch_pixels<M>(image + c, args.w, args.c, args.row_origin + at.row * M + T,
                                args.column_origin + at.column * M + R / 2);
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

    void multiply(i64 first_panel, i64 last_panel) const {
        const i64 no_offset = 0;
        Tile tile{};
        tile.a_row = args.c;
        tile.a_step = 1;
        tile.offsets = &no_offset;
        tile.segments = 1;
        tile.run = args.c;
        tile.b_step = kPanel;
        tile.y_row = args.product_row;
        const i64 stride = odd_lines(args.c * kPanel);
        for (int place = 0; place < kPlaces; ++place) {
            for (i64 panel = first_panel; panel < last_panel; ++panel) {
                const i64 left = args.k - panel * kPanel;
                tile.columns = left <= kLanes ? kLanes : kPanel;
                tile.b = args.u + (panel * kPlaces + place) * stride;
                for_each_tile(tiles, [&](i64 row, i64 count) {
                    tile.a = inputs + place * input_place + row * args.c;
                    tile.y = products + place * product_place + row * args.product_row +
                             (panel - first_panel) * kPanel;
                    compute_tile<Unit::kStep, true>(tile, count);
                });
            }
        }
    }

    void transform_outputs(i64 first_output, i64 last_output) const {
        for (i64 tile = 0; tile < tiles; ++tile) {
            const Place at = place_of(tile);
            const i64 row = at.row * M, column = at.column * M;
            const i64 rows = args.p - row < M ? args.p - row : M;
            const i64 columns = args.q - column < M ? args.q - column : M;
            for_each_register(first_output, last_output, [&](i64 k, auto count) {
                const float* from = products + tile * args.product_row + (k - first_output);
                vec place[kPlaces], half[M * T], outputs[M];
#pragma GCC unroll 36
                for (int i = 0; i < kPlaces; ++i) place[i] = load(from + i * product_place);
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) F::template sums<M, T, T>(place + j, half + j);
                const vec bias = args.bias ? load(args.bias + k, count) : vec{};
                float* to = args.y + ((at.image * args.p + row) * args.q + column) * args.k + k;
#pragma GCC unroll 4
                for (int i = 0; i < M; ++i) {
                    if (i >= rows) break;
                    F::template sums<M, 1, 1>(half + T * i, outputs);
#pragma GCC unroll 4
                    for (int j = 0; j < M; ++j) outputs[j] += bias;
                    if (args.relu) rectify(outputs);
#pragma GCC unroll 4
                    for (int j = 0; j < M; ++j)
                        if (j < columns) store(to + (i * args.q + j) * args.k, outputs[j], count);
                }
            });
        }
    }

    // The outputs of panels [begin, end).
    void compute(i64 begin, i64 end) const {
        transform_inputs();
        for (i64 panel = begin; panel < end; panel += args.panel_group) {
            const i64 next = panel + args.panel_group < end ? panel + args.panel_group : end;
            multiply(panel, next);
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
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 number = unit % args.blocks, part = unit / args.blocks;
        const i64 first = total * number / args.blocks;
        const i64 last = total * (number + 1) / args.blocks;
        const Block<F> block{args,         first,       last - first,
                             scratch,      input_place, scratch + F::kPlaces * input_place,
                             product_place};
        block.compute(panels * part / args.parts, panels * (part + 1) / args.parts);
    }
}

}  // namespace

// Scratch: a block of kLanes x kLanes weights at each tap.
void winograd_weights(const WinogradWeightArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 rows = args.backward ? args.outputs : args.channels;
    const i64 lanes = args.backward ? args.channels : args.outputs;
    const i64 panels = (lanes + kPanel - 1) / kPanel;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 panel = unit % panels, first = unit / panels * args.kRowBlock;
        const i64 last = first + args.kRowBlock < rows ? first + args.kRowBlock : rows;
        with_filter(args.tile, args.taps, [&](auto filter) {
            using F = decltype(filter);
            args.backward ? weights_backward<F>(args, panel, first, last)
                          : weights_forward<F>(args, panel, first, last, scratch);
        });
    }
}

// Scratch: what a block holds.
void winograd(const WinogradArgs& args, i64 begin, i64 end, float* scratch) {
    with_filter(args.tile, args.taps,
                [&](auto filter) { blocks<decltype(filter)>(args, begin, end, scratch); });
}

}  // namespace convolens::CONVOLENS_ISA
