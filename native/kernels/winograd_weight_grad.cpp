// Winograd's weight gradient: transformed tiles of image and gradient, their outer products summed
// over the tiles, and the way back to r x r weights.
#include <algorithm>

#include "kernels/tile_shares.h"
#include "kernels/winograd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The products of some tiles for a share, from transformed tiles in a memory of its own.
template <class F>
struct Tiles {
    static constexpr int M = F::kOutputs, R = F::kTaps, T = F::kTile, kPlaces = F::kPlaces;

    const WinogradGradArgs& args;
    Share share;
    i64 first, tiles, panels;  // of the batch's tiles; of the share's channels
    i64 input_step, upstream_row, upstream_step, product_step;
    const float* zeros;  // a pixel of the image, or of the gradient
    float* inputs;       // [place][panel of channels][tile][width]
    float* upstream;     // [place][tile][outputs]
    float* products;  // [place][panel][output][width] of a block of outputs and a group of panels

    Tiles(const WinogradGradArgs& all, const Share& own, i64 begin, i64 end, float* scratch)
        : args(all),
          share(own),
          first(begin),
          tiles(end - begin),
          panels(divide_up(own.channels(), all.width)),
          input_step(odd_lines(tiles * panels * all.width)),
          upstream_row(odd_lines(own.outputs())),
          upstream_step(odd_lines(tiles * upstream_row)),
          product_step(odd_lines(all.panels * all.rows * all.width)),
          zeros(scratch),
          inputs(scratch + odd_lines(std::max(all.c, all.k))),
          upstream(inputs + kPlaces * input_step),
          products(upstream + kPlaces * upstream_step) {}

    void transform_input(i64 tile) const {
        const TileGrid& grid = args.grid;
        const TilePlace place = TilePlace::of(grid, first + tile);
        const i64 step = input_step, width = args.width;
        float* panel = inputs + tile * width;
        i64 lane = 0;  // in the panel
        const auto pixels = Pixels<T, T>::read_by(grid, place, args.x, zeros);
        const float* begin = first_pixel(grid, place, args.x);
        const i64 row = grid.rows.step * grid.rows.x, pixel = grid.columns.step * grid.columns.x;
        for_each_register(share.first_channel, share.last_channel, [&](i64 c, auto count) {
            vec column[T], half[kPlaces], turned[T];
#pragma GCC unroll 6
            for (int j = 0; j < T; ++j) {
                pixels.load_column(j, c, count, column);
                F::template input<1, T>(column, half + j);
            }
            fetch_next_tile<M, T>(begin, row, pixel, c, false);
            float* to = panel + lane;
            lane += kLanes;
            if (lane == width) {
                lane = 0;
                panel += tiles * width;
            }
#pragma GCC unroll 6
            for (int i = 0; i < T; ++i) {
                F::template input<1, 1>(half + T * i, turned);
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) store(to + j * step, turned[j]);
                to = unknown(to + T * step);
            }
        });
    }

    void transform_upstream(i64 tile) const {
        const TileGrid& grid = args.grid;
        const TilePlace place = TilePlace::of(grid, first + tile);
        const i64 step = upstream_step;
        const auto pixels = Pixels<M, M>::of(grid, place, args.g, zeros);
        const float* begin = first_output(grid, place, args.g);
        const i64 row = grid.rows.step * grid.rows.y, pixel = grid.columns.step * grid.columns.y;
        for_each_register(share.first_output, share.last_output, [&](i64 k, auto count) {
            vec column[M], half[T * M], turned[T];
#pragma GCC unroll 4
            for (int j = 0; j < M; ++j) {
                pixels.load_column(j, k, count, column);
                F::template values<M, 1, M>(column, half + j);
            }
            fetch_next_tile<M, M>(begin, row, pixel, k, false);
            float* to = upstream + tile * upstream_row + (k - share.first_output);
#pragma GCC unroll 6
            for (int i = 0; i < T; ++i) {
                F::template values<M, 1, 1>(half + M * i, turned);
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) store(to + j * step, turned[j]);
                to = unknown(to + T * step);
            }
        });
    }

    // products = the sums over tiles of upstream[output] input[panel].
    void multiply(i64 first_panel, i64 last_panel, i64 first_row, i64 rows) const {
        const i64 no_offset = 0;
        Tile tile{};
        tile.a_row = 1;
        tile.a_step = upstream_row;
        tile.offsets = &no_offset;
        tile.segments = 1;
        tile.run = tiles;
        tile.b_step = args.width;
        tile.y_row = args.width;
        for (int place = 0; place < kPlaces; ++place)
            for (i64 panel = first_panel; panel < last_panel; ++panel) {
                const i64 left = share.channels() - panel * args.width;
                tile.columns = left <= kLanes ? kLanes : args.width;
                tile.b = inputs + place * input_step + panel * tiles * args.width;
                float* y = products + place * product_step +
                           (panel - first_panel) * args.rows * args.width;
                for_each_tile(rows, [&](i64 k, i64 count) {
                    tile.a = upstream + place * upstream_step + first_row + k;
                    tile.y = y + k * args.width;
                    compute_tile<Unit::kRow, true>(tile, count);
                });
            }
    }

    // sums[output][tap][channel] += the gradient of the products of a panel of channels.
    void add_gradient(i64 panel, const float* product, i64 first_row, i64 rows, float* sums,
                      bool accumulate) const {
        const i64 begin = share.first_channel + panel * args.width;
        const i64 end = std::min(share.last_channel, begin + args.width), step = product_step;
        for (i64 k = 0; k < rows; ++k)
            for_each_register(begin, end, [&](i64 c, auto lanes) CONVOLENS_INLINED {
                const float* from = product + k * args.width + (c - begin);
                vec place[kPlaces], half[R * T], taps[R];
#pragma GCC unroll 36
                for (int i = 0; i < kPlaces; ++i) place[i] = load(from + i * step);
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) F::template sums<R, T, T>(place + j, half + j);
                const i64 output = share.first_output + first_row + k;
                float* to = sums + output * R * R * args.c + c;
#pragma GCC unroll 5
                for (int i = 0; i < R; ++i) {
                    F::template sums<R, 1, 1>(half + T * i, taps);
#pragma GCC unroll 5
                    for (int j = 0; j < R; ++j) {
                        float* tap = to + (i * R + j) * args.c;
                        store(tap, accumulate ? taps[j] + load(tap, lanes) : taps[j], lanes);
                    }
                }
            });
    }

    // Computes some outputs and panels at a time, so that their products stay near.
    void add(float* sums, bool accumulate) const {
        for (i64 tile = 0; tile < tiles; ++tile) {
            transform_input(tile);
            transform_upstream(tile);
        }
        for (i64 panel = 0; panel < panels; panel += args.panels) {
            const i64 last = std::min(panels, panel + args.panels);
            for (i64 row = 0; row < share.outputs(); row += args.rows) {
                const i64 rows = std::min(args.rows, share.outputs() - row);
                multiply(panel, last, row, rows);
                for (i64 each = panel; each < last; ++each)
                    add_gradient(each, products + (each - panel) * args.rows * args.width, row,
                                 rows, sums, accumulate);
            }
        }
    }
};

template <class F>
void add_units(const WinogradGradArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 total = args.grid.count();
    std::fill_n(scratch, std::max(args.c, args.k), 0.0f);
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 slot = unit % args.slots;
        const i64 first = total * slot / args.slots, last = total * (slot + 1) / args.slots;
        const i64 parts = (last - first + args.tiles - 1) / args.tiles;
        float* sums = args.sums + slot * F::kTaps * F::kTaps * args.c * args.k;
        for (i64 part = 0; part < parts; ++part) {
            const i64 from = first + (last - first) * part / parts;
            const i64 to = first + (last - first) * (part + 1) / parts;
            const Tiles<F> some(args, share_of(args, args.width, unit / args.slots), from, to,
                                scratch);
            some.add(sums, part > 0);
        }
    }
}

}  // namespace

// Scratch: a pixel of zeros, the transformed tiles of a share, and products of some of its outputs
// and panels.
void winograd_weight_grad(const WinogradGradArgs& args, i64 begin, i64 end, float* scratch) {
    with_filter(args.tile, args.taps,
                [&](auto filter) { add_units<decltype(filter)>(args, begin, end, scratch); });
}

}  // namespace convolens::CONVOLENS_ISA
