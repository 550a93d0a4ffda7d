// The gradient of large kernels' weights by Fourier transforms: the upstream gradient of a tile is
// correlated with its pixels.
#include <algorithm>

#include "kernels/fourier.h"
#include "kernels/tile_shares.h"
#include "kernels/winograd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

i64 whole_registers(i64 floats) {
    return (floats + kLanes - 1) / kLanes * kLanes;
}

// Some tiles of the batch: first transformed, [number][tile][channels or outputs], in whole
// registers; then the products of some outputs with a panel, [number][output][panel].
struct Tiles {
    const FourierGradArgs& args;
    const Share& share;
    i64 first, tiles;
    const float* zeros;  // a pixel of both images
    float* inputs;
    i64 input_row, input_step;  // from tile to tile, from number to number
    float* upstream;
    i64 upstream_row, upstream_step;
    float* products;
    i64 product_step;

    Tiles(const FourierGradArgs& args, const Share& share, i64 first, i64 last, float* scratch)
        : args(args),
          share(share),
          first(first),
          tiles(last - first),
          zeros(scratch),
          inputs(scratch + odd_lines(std::max(args.c, args.k))),
          input_row(whole_registers(share.channels())),
          input_step(odd_lines(args.tiles * input_row)),
          upstream(inputs + kNumbers * input_step),
          upstream_row(whole_registers(share.outputs())),
          upstream_step(odd_lines(args.tiles * upstream_row)),
          products(upstream + kNumbers * upstream_step),
          product_step(odd_lines(args.rows * kPanel)) {}

    void transform_input(i64 tile) const {
        const TilePlace at = place_of(args, first + tile);
        const Pixels<kSide> pixels(args.x + at.image * args.h * args.w * args.x_pixel, args.h,
                                   args.w, args.x_pixel, args.row_origin + at.row,
                                   args.column_origin + at.column, zeros);
        for_each_register(share.first_channel, share.last_channel, [&](i64 c, auto count) {
            HalfTile half;
            half.transform_rows(kSide, kSide, [&](i64 i, i64 j) CONVOLENS_INLINED {
                return load(pixels.at[i * kSide + j] + c, count);
            });
            float* to = inputs + tile * input_row + (c - share.first_channel);
            half.transform_columns([&](int place, const Complex& x) CONVOLENS_INLINED {
                store_image(to + 3 * place * input_step, input_step, x, Whole{});
            });
        });
    }

    void transform_upstream(i64 tile) const {
        const TilePlace at = place_of(args, first + tile);
        const Pixels<kSide> pixels(args.g + at.image * args.p * args.q * args.g_pixel, args.p,
                                   args.q, args.g_pixel, at.row, at.column, zeros);
        for_each_register(share.first_output, share.last_output, [&](i64 k, auto count) {
            HalfTile half;
            half.transform_rows(args.tile_height, args.tile_width,
                                [&](i64 i, i64 j) CONVOLENS_INLINED {
                                    return load(pixels.at[i * kSide + j] + k, count);
                                });
            float* to = upstream + tile * upstream_row + (k - share.first_output);
            half.transform_columns([&](int place, const Complex& g) CONVOLENS_INLINED {
                store_weights(to + 3 * place * upstream_step, upstream_step, g);
            });
        });
    }

    // products = the sums over tiles of upstream[output] input[channel], for a panel.
    void multiply(i64 channel, i64 columns, i64 output, i64 rows) const {
        const i64 no_offset = 0;
        Tile tile{};
        tile.a_row = 1;
        tile.a_step = upstream_row;
        tile.offsets = &no_offset;
        tile.segments = 1;
        tile.run = tiles;
        tile.b_step = input_row;
        tile.y_row = kPanel;
        tile.columns = columns <= kLanes ? kLanes : kPanel;
        for (i64 number = 0; number < kNumbers; ++number) {
            tile.b = inputs + number * input_step + channel;
            for_each_tile(rows, [&](i64 k, i64 count) {
                tile.a = upstream + number * upstream_step + output + k;
                tile.y = products + number * product_step + k * kPanel;
                compute_tile<Unit::kRow, true>(tile, count);
            });
        }
    }

    // dw[output][tap][channel] += the gradient of the products.
    void add_gradients(i64 channel, i64 columns, i64 output, i64 rows, bool accumulate) const {
        for (i64 k = 0; k < rows; ++k)
            for_each_register(0, columns, [&](i64 c, auto count) {
                const float* from = products + k * kPanel + c;
                HalfTile half;
                half.restore_columns([&](int place) CONVOLENS_INLINED {
                    return load_product(from + 3 * place * product_step, product_step);
                });
                float* to = args.dw +
                            (share.first_output + output + k) * args.height * args.width * args.c +
                            share.first_channel + channel + c;
                vec row[kSide];
                for (int i = 0; i < args.height; ++i) {
                    half.restore_row(i, row);
                    for (i64 j = 0; j < args.width; ++j, to += args.c)
                        store(to, accumulate ? row[j] + load(to, count) : row[j], count);
                }
            });
    }

    void add(bool accumulate) const {
        for (i64 tile = 0; tile < tiles; ++tile) {
            transform_input(tile);
            transform_upstream(tile);
        }
        for (i64 channel = 0; channel < share.channels(); channel += kPanel) {
            const i64 columns = std::min<i64>(kPanel, share.channels() - channel);
            for (i64 output = 0; output < share.outputs(); output += args.rows) {
                const i64 rows = std::min(args.rows, share.outputs() - output);
                multiply(channel, columns, output, rows);
                add_gradients(channel, columns, output, rows, accumulate);
            }
        }
    }
};

}  // namespace

// Scratch: a pixel of zeros, the transformed tiles of a share, and products of some of its outputs
// with a panel.
void fourier_weight_grad(const FourierGradArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 total = args.n * args.tile_rows * args.tile_columns;
    const i64 parts = (total + args.tiles - 1) / args.tiles;
    std::fill_n(scratch, std::max(args.c, args.k), 0.0f);
    for (i64 unit = begin; unit < end; ++unit) {
        const Share share = share_of(args, kPanel, unit);
        for (i64 part = 0; part < parts; ++part)
            Tiles(args, share, total * part / parts, total * (part + 1) / parts, scratch)
                .add(part > 0);
    }
}

}  // namespace convolens::CONVOLENS_ISA
