// Winograd's convolution: transformed weights, and blocks of tiles from image to output.
#include "kernels/winograd.h"

#include "kernels/tile.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// [3][3] registers to [T][T].
template <int M>
CONVOLENS_INLINE void transform_weight(const vec* w, vec* u) {
    constexpr int T = Filter<M>::kTile;
    vec half[T * 3];
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) Filter<M>::template weight<3, 3>(w + j, half + j);
#pragma GCC unroll 6
    for (int i = 0; i < T; ++i) Filter<M>::template weight<1, 1>(half + 3 * i, u + T * i);
}

// u[panel][place][c][kPanel] of w [K][3][3][C], for the forward pass. A block of kLanes x kLanes
// weights is turned, since the lanes of u are outputs and those of w channels.
template <int M>
void weights_forward(const WinogradWeightArgs& args, i64 panel, float* scratch) {
    constexpr int T = Filter<M>::kTile, kPlaces = T * T;
    float* u = args.u + panel * kPlaces * args.channels * kPanel;
    for (i64 v = 0; v < kPanel; v += kLanes) {
        const i64 first = panel * kPanel + v;
        const i64 left = args.outputs - first;
        const i64 outputs = left < 0 ? 0 : left < kLanes ? left : kLanes;
        for (i64 c = 0; c < args.channels; c += kLanes) {
            const i64 count = args.channels - c < kLanes ? args.channels - c : kLanes;
            for (i64 k = 0; k < outputs; ++k) {
                vec w[9], turned[kPlaces];
                for (int tap = 0; tap < 9; ++tap)
                    w[tap] =
                        load_first(args.w + ((first + k) * 9 + tap) * args.channels + c, count);
                transform_weight<M>(w, turned);
                for (int place = 0; place < kPlaces; ++place)
                    store(scratch + (place * kLanes + k) * kLanes, turned[place]);
            }
            for (int place = 0; place < kPlaces; ++place)
                transpose_block(scratch + place * kLanes * kLanes, kLanes,
                                u + (place * args.channels + c) * kPanel + v, kPanel, outputs,
                                count, kLanes);
        }
    }
}

// The same for the input gradient: the taps turned round, inputs and outputs exchanged.
template <int M>
void weights_backward(const WinogradWeightArgs& args, i64 panel) {
    constexpr int T = Filter<M>::kTile, kPlaces = T * T;
    float* u = args.u + panel * kPlaces * args.outputs * kPanel;
    for (i64 v = 0; v < kPanel; v += kLanes) {
        const i64 first = panel * kPanel + v;
        const i64 left = args.channels - first;
        if (left <= 0) continue;
        const i64 count = left < kLanes ? left : kLanes;
        for (i64 k = 0; k < args.outputs; ++k) {
            vec w[9], turned[kPlaces];
            for (int tap = 0; tap < 9; ++tap)
                w[8 - tap] = load_first(args.w + (k * 9 + tap) * args.channels + first, count);
            transform_weight<M>(w, turned);
            for (int place = 0; place < kPlaces; ++place)
                store(u + (place * args.outputs + k) * kPanel + v, turned[place]);
        }
    }
}

// A block of tiles: first the tiles of the image, transformed, [place][tile][channels]; then their
// products with the weights, [place][tile][outputs of a group of panels].
template <int M>
struct Block {
    static constexpr int T = Filter<M>::kTile;
    static constexpr int kPlaces = T * T;

    const WinogradArgs& args;
    i64 first, tiles;  // counted over the whole batch
    float* inputs;
    i64 input_place;
    float* products;
    i64 product_place, product_row;

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
                for (int j = 0; j < T; ++j) Filter<M>::template input<T, T>(pixels + j, half + j);
                float* to = inputs + tile * args.c + c;
#pragma GCC unroll 6
                for (int i = 0; i < T; ++i) {
                    Filter<M>::template input<1, 1>(half + T * i, turned);
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
        tile.y_row = product_row;
        for (i64 panel = first_panel; panel < last_panel; ++panel) {
            const i64 left = args.k - panel * kPanel;
            tile.columns = left < kLanes ? kLanes : kPanel;
            for (int place = 0; place < kPlaces; ++place) {
                tile.b = args.u + (panel * kPlaces + place) * args.c * kPanel;
                for_each_tile(tiles, [&](i64 row, i64 count) {
                    tile.a = inputs + place * input_place + row * args.c;
                    tile.y = products + place * product_place + row * product_row +
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
                const float* from = products + tile * product_row + (k - first_output);
                vec place[kPlaces], half[M * T], outputs[M];
#pragma GCC unroll 36
                for (int i = 0; i < kPlaces; ++i) place[i] = load(from + i * product_place);
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) Filter<M>::template output<T, T>(place + j, half + j);
                const vec bias = args.bias ? load(args.bias + k, count) : vec{};
                float* to = args.y + ((at.image * args.p + row) * args.q + column) * args.k + k;
#pragma GCC unroll 4
                for (int i = 0; i < M; ++i) {
                    if (i >= rows) break;
                    Filter<M>::template output<1, 1>(half + T * i, outputs);
#pragma GCC unroll 4
                    for (int j = 0; j < M; ++j)
                        if (j < columns)
                            store(to + (i * args.q + j) * args.k, outputs[j] + bias, count);
                }
            });
        }
    }

    void compute() const {
        transform_inputs();
        const i64 panels = (args.k + kPanel - 1) / kPanel;
        for (i64 panel = 0; panel < panels; panel += args.panel_group) {
            const i64 next = panel + args.panel_group < panels ? panel + args.panel_group : panels;
            multiply(panel, next);
            const i64 last = next * kPanel < args.k ? next * kPanel : args.k;
            transform_outputs(panel * kPanel, last);
        }
    }
};

template <int M>
void blocks(const WinogradArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 total = args.n * args.tile_rows * args.tile_columns;
    const i64 input_place = odd_lines(args.block * args.c);
    const i64 product_row = args.panel_group * kPanel;
    const i64 product_place = odd_lines(args.block * product_row);
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = total * unit / args.blocks;
        const i64 last = total * (unit + 1) / args.blocks;
        const Block<M> block{args,          first,       last - first,
                             scratch,       input_place, scratch + Block<M>::kPlaces * input_place,
                             product_place, product_row};
        block.compute();
    }
}

}  // namespace

// Scratch: a block of kLanes x kLanes weights at each place.
void winograd_weights(const WinogradWeightArgs& args, i64 begin, i64 end, float* scratch) {
    for (i64 panel = begin; panel < end; ++panel) {
        if (args.backward) {
            args.tile == 2 ? weights_backward<2>(args, panel) : weights_backward<4>(args, panel);
        } else {
            args.tile == 2 ? weights_forward<2>(args, panel, scratch)
                           : weights_forward<4>(args, panel, scratch);
        }
    }
}

// Scratch: what a block holds.
void winograd(const WinogradArgs& args, i64 begin, i64 end, float* scratch) {
    if (args.tile == 2) {
        blocks<2>(args, begin, end, scratch);
    } else {
        blocks<4>(args, begin, end, scratch);
    }
}

}  // namespace convolens::CONVOLENS_ISA
