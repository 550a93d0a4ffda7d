// Convolution by transforms of tiles: blocks of tiles from image to output.
//
// Tiles overlap by the taps of a kernel less one. The products of transformed tiles and weights are
// products of matrices, over channels, one for each number of a transformed tile.
//
// By Fourier transforms, of a tile of 16 x 16 pixels the circular correlation with a kernel of
// r x s has 17 - r times 17 - s outputs that no pixel from beyond the other side has reached.
#include <algorithm>

#include "kernels/behind.h"
#include "kernels/short_tiles.h"
#include "kernels/transforms.h"
#include "kernels/winograd_weights.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Some weights of a panel: `rows` rows of a register's lanes, from `first` on. Scratch: a block of
// kLanes x kLanes weights at each tap.
template <class T>
void transform_rows(const TransformWeights& weights, i64 lane, i64 first, i64 rows, float* u,
                    i64 step, float* scratch) {
    const i64 taps = weights.height * weights.width;
    const auto write = [&](auto tap) CONVOLENS_INLINED {
        T::kernel(
            weights.height, weights.width,
            [&](i64 i, i64 j) CONVOLENS_INLINED { return tap(i * weights.width + j); },
            [&](int number, const vec& w) CONVOLENS_INLINED { store(u + number * step, w); });
    };
    if (!weights.own.backward)
        turn_weights(weights.own, taps, lane, first, rows, scratch, kLanes, kLanes * kLanes);
    for (i64 row = 0; row < rows; ++row, u += kPanel) {
        if (weights.own.backward) {
            with_turned_taps(weights.own, taps, first + row, lane, write);
        } else {
            write([&](i64 tap)
                      CONVOLENS_INLINED { return load(scratch + (tap * kLanes + row) * kLanes); });
        }
    }
}

// The rows from `first` on that a register holds.
template <class T>
void transform_block(const TransformWeights& weights, i64 panel, i64 first, i64 rows, float* u,
                     i64 step, float* scratch) {
    for (i64 v = 0; v < kPanel; v += kLanes)
        transform_rows<T>(weights, panel * kPanel + v, first, std::min<i64>(kLanes, rows - first),
                          u + first * kPanel + v, step, scratch);
}

// A block of tiles: first those of the image, transformed, [number][tile][channels]; then their
// products with the weights, [number][tile][outputs of a group of panels].
template <class T>
struct Block {
    static constexpr i64 kNumbers = sizes_of(T::kTransform).numbers;
    const TransformArgs& args;
    i64 first, tiles;    // counted over the whole batch
    const float* zeros;  // a pixel of the image
    float* inputs;
    i64 input_step;  // from number to number
    float* products;
    i64 product_step;
    float* fresh;  // weights of a panel that are transformed here, and scratch to do so

    i64 weight_step() const { return odd_lines(args.c * kPanel); }

    // The transformed weights of a panel.
    const float* weights_of(i64 panel) const {
        const i64 step = weight_step();
        if (args.u) return args.u + panel * kNumbers * step;
        for (i64 c = 0; c < args.c; c += kLanes)
            transform_block<T>(args.weights, panel, c, args.c, fresh, step,
                               fresh + kNumbers * step);
        return fresh;
    }

    void transform_inputs() const {
        for (i64 tile = 0; tile < tiles; ++tile) {
            const TilePlace place = TilePlace::of(args.tiles, first + tile);
            const auto pixels = TransformPixels<T>::read_by(args.tiles, place, args.x, zeros);
            float* to = inputs + tile * args.c;
            for_each_register(0, args.c, [&](i64 c, auto count) {
                T::image(pixels.from(c, count), [&](int number, const vec& x) CONVOLENS_INLINED {
                    store(to + number * input_step + c, x, count);
                });
            });
        }
    }

    // products = the sums over channels of inputs and weights, added up a chain at a time.
    void multiply(i64 first_panel, i64 last_panel) const {
        ShortTiles short_tiles{};
        Tile& tile = short_tiles.first;
        tile.a_row = args.c;
        tile.b_step = kPanel;
        tile.y_row = args.product_row;
        for (i64 panel = first_panel; panel < last_panel; ++panel) {
            const i64 left = args.k - panel * kPanel;
            tile.columns = left <= kLanes ? kLanes : kPanel;
            const float* b = weights_of(panel);
            for (i64 number = 0; number < kNumbers; ++number, b += weight_step()) {
                tile.y = products + number * product_step + (panel - first_panel) * kPanel;
                for (i64 c = 0; c < args.c; c += args.chain) {
                    tile.a = inputs + number * input_step + c;
                    tile.b = b + c * kPanel;
                    short_tiles.length = std::min(args.chain, args.c - c);
                    tile.accumulate = c > 0;
                    compute_short_tiles<false>(short_tiles, tiles);
                }
            }
        }
    }

    // Outputs [begin, end), whose products are there.
    void restore_outputs(i64 begin, i64 end) const {
        const TileGrid& grid = args.tiles;
        const i64 row = grid.rows.step * grid.rows.y, pixel = grid.columns.step * grid.columns.y;
        for (i64 tile = 0; tile < tiles; ++tile) {
            const TilePlace place = TilePlace::of(grid, first + tile);
            float* y = first_output(grid, place, args.y);
            const float* from = products + tile * args.product_row;
            for_each_register(begin, end, [&](i64 k, auto count) {
                const float* from_k = from + (k - begin);
                const vec bias = args.bias ? load(args.bias + k, count) : vec{};
                T::outputs(
                    place.rows.count, place.columns.count,
                    [&](int number)
                        CONVOLENS_INLINED { return load(from_k + number * product_step); },
                    [&](i64 i, i64 j, vec result) CONVOLENS_INLINED {
                        vec own[1]{result + bias};
                        float* to = y + i * row + j * pixel + k;
                        if (args.behind)
                            finish_behind(*args.behind, args.channel + k, own, to, 0, count);
                        store(to, own[0], count);
                    });
            });
        }
    }

    // The outputs of panels [begin, end).
    void compute(i64 begin, i64 end) const {
        transform_inputs();
        for (i64 panel = begin; panel < end; panel += args.panel_group) {
            const i64 next = std::min(end, panel + args.panel_group);
            multiply(panel, next);
            restore_outputs(panel * kPanel, std::min(args.k, next * kPanel));
        }
    }
};

}  // namespace

// Scratch: a block of kLanes x kLanes weights at each tap.
void transform_weights(const TransformWeightArgs& args, i64 begin, i64 end, float* scratch) {
    const WinogradWeights& own = args.weights.own;
    const i64 rows = own.backward ? own.outputs : own.channels;
    const i64 lanes = own.backward ? own.channels : own.outputs;
    const i64 panels = divide_up(lanes, kPanel), step = odd_lines(rows * kPanel);
    with_transform(args.transform, [&](auto transform) {
        using T = decltype(transform);
        for (i64 unit = begin; unit < end; ++unit) {
            const i64 panel = unit % panels;
            transform_block<T>(args.weights, panel, unit / panels * kLanes, rows,
                               args.u + panel * sizes_of(T::kTransform).numbers * step, step,
                               scratch);
        }
    });
}

// Scratch: a pixel of zeros, and what a block holds; for fresh weights those of a panel, and a
// block of them at each tap.
void transformed(const TransformArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 total = args.tiles.count();
    const i64 panels = divide_up(args.k, kPanel);
    const i64 input_step = odd_lines(args.block * args.c);
    const i64 product_step = odd_lines(args.block * args.product_row);
    float* inputs = scratch + odd_lines(args.c);
    float* products = inputs + sizes_of(args.transform).numbers * input_step;
    float* fresh = products + sizes_of(args.transform).numbers * product_step;
    std::fill_n(scratch, args.c, 0.0f);
    with_transform(args.transform, [&](auto transform) {
        for (i64 unit = begin; unit < end; ++unit) {
            const i64 number = unit % args.blocks, part = unit / args.blocks;
            const i64 first = total * number / args.blocks;
            const i64 tiles = total * (number + 1) / args.blocks - first;
            const Block<decltype(transform)> block{
                args, first, tiles, scratch, inputs, input_step, products, product_step, fresh};
            block.compute(panels * part / args.parts, panels * (part + 1) / args.parts);
        }
    });
}

}  // namespace convolens::CONVOLENS_ISA
