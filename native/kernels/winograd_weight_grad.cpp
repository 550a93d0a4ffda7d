// Winograd's weight gradient: transformed tiles of image and gradient, their outer products summed
// over the tiles, and the way back to r x r weights.
#include "kernels/tile.h"
#include "kernels/winograd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

CONVOLENS_INLINE i64 padded_channels(const WinogradGradArgs& args) {
    return (args.c + args.width - 1) / args.width * args.width;
}

// From place to place among the transformed tiles of the image, and of the gradient.
CONVOLENS_INLINE i64 input_step(const WinogradGradArgs& args) {
    return odd_lines(args.tiles * padded_channels(args));
}

CONVOLENS_INLINE i64 upstream_step(const WinogradGradArgs& args) {
    return odd_lines(args.tiles * odd_lines(args.k));
}

template <class F>
struct Tiles {
    static constexpr int M = F::kOutputs, R = F::kTaps, T = F::kTile, kPlaces = F::kPlaces;

    const WinogradGradArgs& args;

    struct Place {
        i64 image, row, column;
    };

    Place place_of(i64 tile) const {
        const i64 at = args.first + tile, per_image = args.tile_rows * args.tile_columns;
        return {at / per_image, at % per_image / args.tile_columns * M, at % args.tile_columns * M};
    }

    // inputs[place][panel of channels][tile][width]
    void transform_input(i64 tile) const {
        const Place at = place_of(tile);
        const float* x = args.x + at.image * args.h * args.w * args.c;
        const i64 place_step = input_step(args);
        for_each_register(0, args.c, [&](i64 c, auto count) {
            vec pixels[kPlaces], half[kPlaces], turned[T];
            load_tile<T>(x + c, args.h, args.w, args.c, args.row_origin + at.row,
                         args.column_origin + at.column, pixels, count);
#pragma GCC unroll 6
            for (int j = 0; j < T; ++j) F::template input<T, T>(pixels + j, half + j);
            fetch_pixels<M>(x + c, args.w, args.c, args.row_origin + at.row + T,
                            args.column_origin + at.column + R / 2);
            float* to =
                args.inputs + (c / args.width * args.tiles + tile) * args.width + c % args.width;
#pragma GCC unroll 6
            for (int i = 0; i < T; ++i) {
                F::template input<1, 1>(half + T * i, turned);
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) store(to + (i * T + j) * place_step, turned[j]);
            }
        });
    }

    // upstream[place][tile][outputs]
    void transform_upstream(i64 tile) const {
        const Place at = place_of(tile);
        const float* g = args.g + at.image * args.p * args.q * args.k;
        const i64 row = odd_lines(args.k), place_step = upstream_step(args);
        for_each_register(0, args.k, [&](i64 k, auto count) {
            vec pixels[M * M], half[T * M], turned[T];
            load_tile<M>(g + k, args.p, args.q, args.k, at.row, at.column, pixels, count);
#pragma GCC unroll 4
            for (int j = 0; j < M; ++j) F::template values<M, M, M>(pixels + j, half + j);
            fetch_pixels<M>(g + k, args.q, args.k, at.row + M, at.column);
            float* to = args.upstream + tile * row + k;
#pragma GCC unroll 6
            for (int i = 0; i < T; ++i) {
                F::template values<M, 1, 1>(half + M * i, turned);
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) store(to + (i * T + j) * place_step, turned[j]);
            }
        });
    }

    i64 place_step() const { return odd_lines(args.panels * args.rows * args.width); }

    // products[place][panel][output][width] = sum over tiles of upstream[output] input[panel].
    void multiply(i64 first_panel, i64 last_panel, i64 first, i64 outputs, float* products) const {
        const i64 no_offset = 0, row = odd_lines(args.k);
        Tile tile{};
        tile.a_row = 1;
        tile.a_step = row;
        tile.offsets = &no_offset;
        tile.segments = 1;
        tile.run = args.tiles;
        tile.b_step = args.width;
        tile.y_row = args.width;
        for (int place = 0; place < kPlaces; ++place)
            for (i64 panel = first_panel; panel < last_panel; ++panel) {
                tile.columns = args.c - panel * args.width <= kLanes ? kLanes : args.width;
                tile.b = args.inputs + place * input_step(args) + panel * args.tiles * args.width;
                float* y = products + place * place_step() +
                           (panel - first_panel) * args.rows * args.width;
                for_each_tile(outputs, [&](i64 k, i64 rows) {
                    tile.a = args.upstream + place * upstream_step(args) + first + k;
                    tile.y = y + k * args.width;
                    compute_tile<Unit::kRow>(tile, rows);
                });
            }
    }

    // sums[output][tap][channel] += the gradient of the products of a panel of channels.
    void add_gradient(i64 panel, i64 first, i64 outputs, const float* products) const {
        const i64 begin = panel * args.width;
        const i64 end = args.c < begin + args.width ? args.c : begin + args.width;
        for (i64 k = 0; k < outputs; ++k)
            for_each_register(begin, end, [&](i64 c, auto lanes) CONVOLENS_INLINED {
                const float* from = products + k * args.width + (c - begin);
                vec place[kPlaces], half[R * T], taps[R];
#pragma GCC unroll 36
                for (int i = 0; i < kPlaces; ++i) place[i] = load(from + i * place_step());
#pragma GCC unroll 6
                for (int j = 0; j < T; ++j) F::template sums<R, T, T>(place + j, half + j);
                float* to = args.sums + (first + k) * R * R * args.c + c;
#pragma GCC unroll 5
                for (int i = 0; i < R; ++i) {
                    F::template sums<R, 1, 1>(half + T * i, taps);
#pragma GCC unroll 5
                    for (int j = 0; j < R; ++j) {
                        float* tap = to + (i * R + j) * args.c;
                        store(tap, args.accumulate ? taps[j] + load(tap, lanes) : taps[j], lanes);
                    }
                }
            });
    }
};

template <class F>
void transform(const WinogradGradArgs& args, i64 begin, i64 end) {
    const Tiles<F> tiles{args};
    for (i64 tile = begin; tile < end; ++tile) {
        tiles.transform_input(tile);
        tiles.transform_upstream(tile);
    }
}

CONVOLENS_INLINE i64 groups_of(const WinogradGradArgs& args) {
    const i64 panels = padded_channels(args) / args.width;
    return (panels + args.panels - 1) / args.panels;
}

// For the pairs [begin, end) of a group of panels and a block of outputs.
template <class F>
void add_products(const WinogradGradArgs& args, i64 begin, i64 end, float* scratch) {
    const Tiles<F> tiles{args};
    const i64 blocks = (args.k + args.rows - 1) / args.rows;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 first = unit % blocks * args.rows, panel = unit / blocks * args.panels;
        const i64 outputs = args.k - first < args.rows ? args.k - first : args.rows;
        const i64 panels = padded_channels(args) / args.width;
        const i64 last = panel + args.panels < panels ? panel + args.panels : panels;
        tiles.multiply(panel, last, first, outputs, scratch);
        for (i64 each = panel; each < last; ++each)
            tiles.add_gradient(each, first, outputs,
                               scratch + (each - panel) * args.rows * args.width);
    }
}

template <class F>
void add_slots(const WinogradGradArgs& args, i64 begin, i64 end, float* scratch) {
    constexpr i64 kPlaces = F::kPlaces;
    const i64 units = groups_of(args) * ((args.k + args.rows - 1) / args.rows);
    const i64 total = args.n * args.tile_rows * args.tile_columns;
    for (i64 slot = begin; slot < end; ++slot) {
        const i64 first = total * slot / args.slots, last = total * (slot + 1) / args.slots;
        const i64 parts = (last - first + args.tiles - 1) / args.tiles;
        WinogradGradArgs some = args;
        some.sums += slot * F::kTaps * F::kTaps * args.c * args.k;
        for (i64 part = 0; part < parts; ++part) {
            some.first = first + (last - first) * part / parts;
            some.tiles = first + (last - first) * (part + 1) / parts - some.first;
            some.inputs = scratch;
            some.upstream = some.inputs + kPlaces * input_step(some);
            some.accumulate = part > 0;
            transform<F>(some, 0, some.tiles);
            add_products<F>(some, 0, units, some.upstream + kPlaces * upstream_step(some));
        }
    }
}

}  // namespace

// A unit is a tile.
void winograd_tiles(const WinogradGradArgs& args, i64 begin, i64 end, float*) {
    with_filter(args.tile, args.taps,
                [&](auto filter) { transform<decltype(filter)>(args, begin, end); });
}

// A unit is a group of panels and a block of outputs. Scratch: their products.
void winograd_products(const WinogradGradArgs& args, i64 begin, i64 end, float* scratch) {
    with_filter(args.tile, args.taps,
                [&](auto filter) { add_products<decltype(filter)>(args, begin, end, scratch); });
}

// Both, for a share of the batch's tiles, about `tiles` at a time. A unit is a slot, which has sums
// of its own. Scratch: the transformed tiles, and products as above.
void winograd_slots(const WinogradGradArgs& args, i64 begin, i64 end, float* scratch) {
    with_filter(args.tile, args.taps,
                [&](auto filter) { add_slots<decltype(filter)>(args, begin, end, scratch); });
}

}  // namespace convolens::CONVOLENS_ISA
