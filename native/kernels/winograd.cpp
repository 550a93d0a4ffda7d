// Winograd's convolution: transformed weights, and blocks of tiles from image to output.
#include <algorithm>

#include "kernels/behind.h"
#include "kernels/lines.h"
#include "kernels/short_tiles.h"
#include "kernels/winograd_few.h"
#include "kernels/winograd_weights.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// How the transformed tiles of an image lie: [place][tile][channels], or, if they are few,
// [channels / kLanes][place][tile][kLanes].
struct InputSteps {
    i64 place, tile, channel;
};

// A block of tiles: first the tiles of the image, transformed; then their products with the
// weights, [place][tile][outputs of a group of panels].
template <class F>
struct Block {
    static constexpr int M = F::kOutputs, R = F::kTaps, T = F::kTile, kPlaces = F::kPlaces;

    const WinogradArgs& args;
    i64 first, tiles;    // counted over the whole batch
    const float* zeros;  // a pixel of the image
    float* inputs;
    InputSteps input;
    float* products;
    i64 product_place;
    float* weights;  // that are transformed here, if they are not laid out so
    float* turned;

    void transform_inputs() const {
        const TileGrid& grid = args.tiles;
        const i64 row = grid.rows.step * grid.rows.x, pixel = grid.columns.step * grid.columns.x;
        for (i64 tile = 0; tile < tiles; ++tile) {
            const TilePlace place = TilePlace::of(grid, first + tile);
            const auto pixels = Pixels<T, T>::read_by(grid, place, args.x, zeros);
            const float* begin = first_pixel(grid, place, args.x);
            for_each_register(0, args.c, [&](i64 c, auto count) {
                vec column[T], half[kPlaces], turned[T];
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) {
                    pixels.load_column(j, c, count, column);
                    F::template input<1, T>(column, half + j);
                }
                fetch_next_tile<M, T>(begin, row, pixel, c, pixel == args.c);
                float* to = inputs + tile * input.tile + c * input.channel;
#pragma GCC unroll 6
                for (int i = 0; i < T; ++i) {
                    F::template input<1, 1>(half + T * i, turned);
#pragma GCC unroll 6
                    for (int j = 0; j < T; ++j) store(to + j * input.place, turned[j], count);
                    to = unknown(to + T * input.place);
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
                    tile.a = inputs + place * input.place + c;
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

    // The same of a panel and few tiles.
    void multiply_panel(i64 panel) const {
        const i64 taps = R * R * kPanel;
        const bool narrow = args.k - panel * kPanel <= kLanes;
        multiply_few<F>({tiles, args.c, args.chain, inputs, args.panels + panel * args.c * taps,
                         narrow, products, product_place, args.product_row},
                        weights);
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
            if (args.behind)
                finish_behind(*args.behind, k, outputs, target.to + i * target.row, target.pixel,
                              count, target.columns);
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

    void transform_outputs(i64 begin, i64 end) const {
        const TileGrid& grid = args.tiles;
        const bool past = args.past && (end - begin) % kLine == 0;
        for (i64 tile = 0; tile < tiles; ++tile) {
            const TilePlace place = TilePlace::of(grid, first + tile);
            const Target target{first_output(grid, place, args.y), grid.rows.step * grid.rows.y,
                                grid.columns.step * grid.columns.y, place.rows.count,
                                place.columns.count};
            const float* from = products + tile * args.product_row;
            if (past) {
                for (i64 k = begin; k < end; k += kLine) {
                    Target own = target;
                    own.to += k;
                    transform_line(from + (k - begin), k, own);
                }
                continue;
            }
            for_each_register(begin, end, [&](i64 k, auto count) {
                Target own = target;
                own.to += k;
                if (k % kLine == 0) fetch_pixels<M, M>(own.to + M * own.pixel, own.row, own.pixel);
                transform_register(from + (k - begin), k, count, own);
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
            } else if (args.panels) {
                multiply_panel(panel);
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
    const i64 total = args.tiles.count();
    const i64 input_place = odd_lines(args.block * args.input_row);
    const i64 product_place = odd_lines(args.block * args.product_row);
    const i64 panels = divide_up(args.k, kPanel);
    float* inputs = scratch + odd_lines(args.c);
    float* products = inputs + F::kPlaces * input_place;
    float* weights = products + F::kPlaces * product_place;
    float* turned = weights + F::kPlaces * args.panel_group * odd_lines(args.chain * kPanel);
    std::fill_n(scratch, args.c, 0.0f);
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 number = unit % args.blocks, part = unit / args.blocks;
        const i64 first = total * number / args.blocks;
        const i64 last = total * (number + 1) / args.blocks;
        const i64 tiles = last - first;
        const InputSteps input = args.panels
                                     ? InputSteps{tiles * kLanes, kLanes, F::kPlaces * tiles}
                                     : InputSteps{input_place, args.input_row, 1};
        const Block<F> block{args,  first,    tiles,         scratch, inputs,
                             input, products, product_place, weights, turned};
        block.compute(panels * part / args.parts, panels * (part + 1) / args.parts);
    }
}

}  // namespace

// Scratch: a block of kLanes x kLanes weights at each tap.
void winograd_weights(const WinogradWeightArgs& args, i64 begin, i64 end, float* scratch) {
    const WinogradWeights& weights = args.weights;
    const i64 rows = weights.backward ? weights.outputs : weights.channels;
    const i64 lanes = weights.backward ? weights.channels : weights.outputs;
    const i64 panels = divide_up(lanes, kPanel), place_step = odd_lines(rows * kPanel);
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

void winograd_panels(const WinogradPanelArgs& args, i64 begin, i64 end, float*) {
    const WinogradWeights& weights = args.weights;
    const i64 rows = weights.backward ? weights.outputs : weights.channels;
    for (i64 panel = begin; panel < end; ++panel)
        lay_out_taps(weights, args.taps, panel, rows,
                     args.panels + panel * rows * args.taps * kPanel);
}

// Scratch: a pixel of zeros, what a block holds, and, for weights that are not laid out, those of a
// group of panels and a chain of channels, and a block of kLanes x kLanes of them at each tap; for
// those of panels, a piece of them, and the sums of a chain.
void winograd(const WinogradArgs& args, i64 begin, i64 end, float* scratch) {
    with_filter(args.tile, args.taps,
                [&](auto filter) { blocks<decltype(filter)>(args, begin, end, scratch); });
    if (args.past) wait_for_past();
}

}  // namespace convolens::CONVOLENS_ISA
