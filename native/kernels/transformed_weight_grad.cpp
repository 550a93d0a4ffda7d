// The gradient of weights by transforms of tiles: the upstream gradient of a tile is correlated
// with its pixels.
#include <algorithm>

#include "kernels/tile_shares.h"
#include "kernels/transforms.h"

namespace convolens::CONVOLENS_ISA {
namespace {

i64 whole_registers(i64 floats) {
    return divide_up(floats, kLanes) * kLanes;
}

// Some tiles of the batch: first transformed, [number][tile][channels or outputs], in whole
// registers; then the products of some outputs with a panel, [number][output][panel].
template <class T>
struct Tiles {
    static constexpr i64 kNumbers = sizes_of(T::kTransform).numbers;
    const TransformGradArgs& args;
    const Share& share;
    i64 first, tiles;
    const float* zeros;  // a pixel of both images
    float* inputs;
    i64 input_row, input_step;  // from tile to tile, from number to number
    float* upstream;
    i64 upstream_row, upstream_step;
    float* products;
    i64 product_step;

    Tiles(const TransformGradArgs& args, const Share& share, i64 first, i64 last, float* scratch)
        : args(args),
          share(share),
          first(first),
          tiles(last - first),
          zeros(scratch),
          inputs(scratch + odd_lines(std::max(args.c, args.k))),
          input_row(whole_registers(share.channels())),
          input_step(odd_lines(args.block * input_row)),
          upstream(inputs + kNumbers * input_step),
          upstream_row(whole_registers(share.outputs())),
          upstream_step(odd_lines(args.block * upstream_row)),
          products(upstream + kNumbers * upstream_step),
          product_step(odd_lines(args.rows * kPanel)) {}

    void transform_input(i64 tile) const {
        const TilePlace place = TilePlace::of(args.tiles, first + tile);
        const auto pixels = TransformPixels<T>::read_by(args.tiles, place, args.x, zeros);
        float* to = inputs + tile * input_row - share.first_channel;
        for_each_register(share.first_channel, share.last_channel, [&](i64 c, auto count) {
            T::image(pixels.from(c, count), [&](int number, const vec& x) CONVOLENS_INLINED {
                store(to + number * input_step + c, x);
            });
        });
    }

    void transform_upstream(i64 tile) const {
        const TilePlace place = TilePlace::of(args.tiles, first + tile);
        const auto outputs = TransformPixels<T>::of(args.tiles, place, args.g, zeros);
        float* to = upstream + tile * upstream_row - share.first_output;
        for_each_register(share.first_output, share.last_output, [&](i64 k, auto count) {
            T::upstream(args.tiles.rows.length, args.tiles.columns.length, outputs.from(k, count),
                        [&](int number, const vec& g)
                            CONVOLENS_INLINED { store(to + number * upstream_step + k, g); });
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
        const i64 taps = args.height * args.width;
        for (i64 k = 0; k < rows; ++k)
            for_each_register(0, columns, [&](i64 c, auto count) {
                const float* from = products + k * kPanel + c;
                float* dw = args.dw + (share.first_output + output + k) * taps * args.c +
                            share.first_channel + channel + c;
                T::gradients(
                    args.height, args.width,
                    [&](int number)
                        CONVOLENS_INLINED { return load(from + number * product_step); },
                    [&](i64 i, i64 j, const vec& result) CONVOLENS_INLINED {
                        float* to = dw + (i * args.width + j) * args.c;
                        store(to, accumulate ? result + load(to, count) : result, count);
                    });
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
void transformed_weight_grad(const TransformGradArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 total = args.tiles.count();
    const i64 parts = divide_up(total, args.block);
    std::fill_n(scratch, std::max(args.c, args.k), 0.0f);
    with_transform(args.transform, [&](auto transform) {
        for (i64 unit = begin; unit < end; ++unit) {
            const Share share = share_of(args, kPanel, unit);
            for (i64 part = 0; part < parts; ++part)
                Tiles<decltype(transform)>(args, share, total * part / parts,
                                           total * (part + 1) / parts, scratch)
                    .add(part > 0);
        }
    });
}

}  // namespace convolens::CONVOLENS_ISA
