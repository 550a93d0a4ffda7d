// Convolution with large kernels by Fourier transforms: blocks of tiles from image to output.
//
// Of a tile of 16 x 16 pixels the circular correlation with a kernel of r x s has 17 - r times
// 17 - s outputs that no pixel from beyond the other side has reached; tiles overlap by the others.
// The products of the transforms are products of matrices, over channels, three for each place.
#include "kernels/fourier.h"

#include <algorithm>

#include "kernels/short_tiles.h"
#include "kernels/winograd_weights.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Transforms a kernel of `height` x `width` taps, lane by lane.
void write_kernel(const vec* taps, i64 height, i64 width, float* u, i64 step) {
    HalfTile half;
    half.transform_rows(height, width,
                        [&](i64 i, i64 j) CONVOLENS_INLINED { return taps[i * width + j]; });
    half.transform_columns([&](int place, const Complex& w)
                               CONVOLENS_INLINED { store_weights(u + 3 * place * step, step, w); });
}

// A block of tiles: first those of the image, transformed, [number][tile][channels]; then their
// products with the weights, [number][tile][outputs of a group of panels].
struct Block {
    const FourierArgs& args;
    i64 first, tiles;    // counted over the whole batch
    const float* zeros;  // a pixel of the image
    float* inputs;
    i64 input_step;  // from number to number
    float* products;
    i64 product_step;

    template <class Count>
    void transform_register(const Pixels<kSide>& pixels, i64 c, float* to, Count count) const {
        HalfTile half;
        half.transform_rows(kSide, kSide, [&](i64 i, i64 j) CONVOLENS_INLINED {
            return load(pixels.at[i * kSide + j] + c, count);
        });
        half.transform_columns([&](int place, const Complex& x) CONVOLENS_INLINED {
            store_image(to + 3 * place * input_step, input_step, x, count);
        });
    }

    void transform_inputs() const {
        for (i64 tile = 0; tile < tiles; ++tile) {
            const TilePlace at = place_of(args, first + tile);
            const Pixels<kSide> pixels(args.x + at.image * args.h * args.w * args.x_pixel, args.h,
                                       args.w, args.x_pixel, args.row_origin + at.row,
                                       args.column_origin + at.column, zeros);
            float* to = inputs + tile * args.c;
            for_each_register(0, args.c, [&](i64 c, auto count) {
                transform_register(pixels, c, to + c, count);
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
        const i64 step = odd_lines(args.c * kPanel);
        for (i64 number = 0; number < kNumbers; ++number)
            for (i64 panel = first_panel; panel < last_panel; ++panel) {
                const i64 left = args.k - panel * kPanel;
                tile.columns = left <= kLanes ? kLanes : kPanel;
                const float* b = args.u + (panel * kNumbers + number) * step;
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

    // The outputs of a tile in a register of channels from k on; `from` are their products.
    template <class Count>
    void restore_register(const float* from, i64 k, float* y, i64 rows, i64 columns,
                          Count count) const {
        HalfTile half;
        half.restore_columns([&](int place) CONVOLENS_INLINED {
            return load_product(from + 3 * place * product_step, product_step);
        });
        const vec bias = args.bias ? load(args.bias + k, count) : vec{};
        vec row[kSide];
        for (int i = 0; i < rows; ++i) {
            half.restore_row(i, row);
            for (i64 j = 0; j < columns; ++j) {
                vec result = row[j] + bias;
                if (args.relu) result = max(vec{}, result);
                store(y + (i * args.q + j) * args.y_pixel, result, count);
            }
        }
    }

    void restore_outputs(i64 first_output, i64 last_output) const {
        for (i64 tile = 0; tile < tiles; ++tile) {
            const TilePlace at = place_of(args, first + tile);
            float* y = args.y + ((at.image * args.p + at.row) * args.q + at.column) * args.y_pixel;
            const i64 rows = std::min(args.tile_height, args.p - at.row);
            const i64 columns = std::min(args.tile_width, args.q - at.column);
            const float* from = products + tile * args.product_row;
            for_each_register(first_output, last_output, [&](i64 k, auto count) {
                restore_register(from + (k - first_output), k, y + k, rows, columns, count);
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
void fourier_weights(const FourierWeightArgs& args, i64 begin, i64 end, float* scratch) {
    const WinogradWeights& weights = args.weights;
    const i64 rows = weights.backward ? weights.outputs : weights.channels;
    const i64 lanes = weights.backward ? weights.channels : weights.outputs;
    const i64 panels = (lanes + kPanel - 1) / kPanel, step = odd_lines(rows * kPanel);
    const i64 taps = args.height * args.width;
    vec kernel[FourierArgs::kLongestSide * FourierArgs::kLongestSide];
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 panel = unit % panels, first = unit / panels * kLanes;
        const i64 last = std::min(rows, first + kLanes);
        for (i64 v = 0; v < kPanel; v += kLanes) {
            float* u = args.u + panel * kNumbers * step + first * kPanel + v;
            const i64 lane = panel * kPanel + v;
            if (!weights.backward)
                turn_weights(weights, taps, lane, first, last - first, scratch, kLanes,
                             kLanes * kLanes);
            for (i64 row = first; row < last; ++row, u += kPanel) {
                if (weights.backward) {
                    with_turned_taps(weights, taps, row, lane, [&](auto tap) CONVOLENS_INLINED {
                        for (i64 i = 0; i < taps; ++i) kernel[i] = tap(i);
                    });
                } else {
                    for (i64 i = 0; i < taps; ++i)
                        kernel[i] = load(scratch + (i * kLanes + row - first) * kLanes);
                }
                write_kernel(kernel, args.height, args.width, u, step);
            }
        }
    }
}

// Scratch: a pixel of zeros, and what a block holds.
void fourier(const FourierArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 total = args.n * args.tile_rows * args.tile_columns;
    const i64 panels = (args.k + kPanel - 1) / kPanel;
    const i64 input_step = odd_lines(args.block * args.c);
    const i64 product_step = odd_lines(args.block * args.product_row);
    float* inputs = scratch + odd_lines(args.c);
    float* products = inputs + kNumbers * input_step;
    std::fill_n(scratch, args.c, 0.0f);
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 number = unit % args.blocks, part = unit / args.blocks;
        const i64 first = total * number / args.blocks;
        const i64 tiles = total * (number + 1) / args.blocks - first;
        const Block block{args, first, tiles, scratch, inputs, input_step, products, product_step};
        block.compute(panels * part / args.parts, panels * (part + 1) / args.parts);
    }
}

}  // namespace convolens::CONVOLENS_ISA
