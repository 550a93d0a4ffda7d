// Winograd's weight gradient: transformed tiles of image and gradient, their outer products summed
// over the tiles, and the way back to 3x3 weights.
#include "kernels/tile.h"
#include "kernels/winograd.h"
#include "simd/transpose.h"

namespace convolens::CONVOLENS_ISA {
namespace {

template <int M, class Args>
CONVOLENS_INLINE void tile_place(const Args& args, i64 tile, i64& image, i64& row, i64& column) {
    const i64 per_image = args.tile_rows * args.tile_columns;
    image = tile / per_image;
    row = tile % per_image / args.tile_columns * M;
    column = tile % args.tile_columns * M;
}

// inputs[place][block of channels][tile][kLanes]
template <int M>
void inputs(const WinogradGradArgs& args, i64 tile) {
    constexpr int T = Filter<M>::kTile;
    const i64 blocks = (args.c + kLanes - 1) / kLanes;
    i64 image, row, column;
    tile_place<M>(args, args.first + tile, image, row, column);
    const float* x = args.x + image * args.h * args.w * args.c;
    for_each_register(0, args.c, [&](i64 c, auto count) {
        vec pixels[T * T], half[T * T], turned[T];
        load_tile<T>(x + c, args.h, args.w, args.c, args.row_origin + row,
                     args.column_origin + column, pixels, count);
#pragma GCC unroll 6
        for (int j = 0; j < T; ++j) Filter<M>::template input<T, T>(pixels + j, half + j);
#pragma GCC unroll 6
        for (int i = 0; i < T; ++i) {
            Filter<M>::template input<1, 1>(half + T * i, turned);
#pragma GCC unroll 6
            for (int j = 0; j < T; ++j)
                store(args.inputs +
                          (((i * T + j) * blocks + c / kLanes) * args.tiles + tile) * kLanes,
                      turned[j]);
        }
    });
}

// upstream[place][panel][tile][kPanel]
template <int M>
void upstream(const WinogradGradArgs& args, i64 tile) {
    constexpr int T = Filter<M>::kTile;
    const i64 panels = (args.k + kPanel - 1) / kPanel;
    i64 image, row, column;
    tile_place<M>(args, args.first + tile, image, row, column);
    const float* g = args.g + image * args.p * args.q * args.k;
    for_each_register(0, args.k, [&](i64 k, auto count) {
        vec pixels[M * M], half[T * M], turned[T];
        load_tile<M>(g + k, args.p, args.q, args.k, row, column, pixels, count);
#pragma GCC unroll 4
        for (int j = 0; j < M; ++j) Filter<M>::template upstream<M, M>(pixels + j, half + j);
#pragma GCC unroll 6
        for (int i = 0; i < T; ++i) {
            Filter<M>::template upstream<1, 1>(half + M * i, turned);
#pragma GCC unroll 6
            for (int j = 0; j < T; ++j)
                store(args.upstream +
                          (((i * T + j) * panels + k / kPanel) * args.tiles + tile) * kPanel +
                          k % kPanel,
                      turned[j]);
        }
    });
}

// dw[k][3][3][c] of products[place][panel][c][kPanel], for kLanes channels of all outputs.
template <int M>
void gradient(const WinogradGradArgs& args, i64 block, float* scratch) {
    constexpr int T = Filter<M>::kTile;
    const i64 panels = (args.k + kPanel - 1) / kPanel;
    const i64 padded = (args.c + kLanes - 1) / kLanes * kLanes;
    const i64 first = block * kLanes;
    const i64 channels = args.c - first < kLanes ? args.c - first : kLanes;
    const i64 place_step = panels * padded * kPanel;
    for (i64 k = 0; k < args.k; k += kLanes) {
        const i64 outputs = args.k - k < kLanes ? args.k - k : kLanes;
        for (i64 c = 0; c < channels; ++c) {
            const float* from =
                args.products + (k / kPanel * padded + first + c) * kPanel + k % kPanel;
            vec place[T * T], half[3 * T], taps[3];
#pragma GCC unroll 36
            for (int i = 0; i < T * T; ++i) place[i] = load(from + i * place_step);
#pragma GCC unroll 6
            for (int j = 0; j < T; ++j) Filter<M>::template gradient<T, T>(place + j, half + j);
#pragma GCC unroll 3
            for (int i = 0; i < 3; ++i) {
                Filter<M>::template gradient<1, 1>(half + T * i, taps);
#pragma GCC unroll 3
                for (int j = 0; j < 3; ++j)
                    store(scratch + ((i * 3 + j) * kLanes + c) * kLanes, taps[j]);
            }
        }
        for (int tap = 0; tap < 9; ++tap)
            transpose_block(scratch + tap * kLanes * kLanes, kLanes,
                            args.dw + (k * 9 + tap) * args.c + first, 9 * args.c, channels, outputs,
                            channels);
    }
}

void transform(const WinogradGradArgs& args, i64 begin, i64 end) {
    for (i64 tile = begin; tile < end; ++tile) {
        if (args.tile == 2) {
            inputs<2>(args, tile);
            upstream<2>(args, tile);
        } else {
            inputs<4>(args, tile);
            upstream<4>(args, tile);
        }
    }
}

// products[place][panel][c][kPanel] += sum over tiles of input[c] upstream[panel], for the pairs
// [begin, end) of a place and a panel.
void multiply(const WinogradGradArgs& args, i64 begin, i64 end) {
    const i64 panels = (args.k + kPanel - 1) / kPanel;
    const i64 blocks = (args.c + kLanes - 1) / kLanes;
    const i64 no_offset = 0;
    Tile tile{};
    tile.a_row = 1;
    tile.a_step = kLanes;
    tile.offsets = &no_offset;
    tile.segments = 1;
    tile.run = args.tiles;
    tile.b_step = kPanel;
    tile.accumulate = args.accumulate;
    tile.y_row = kPanel;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 place = unit / panels, panel = unit % panels;
        const i64 left = args.k - panel * kPanel;
        tile.columns = left <= kLanes ? kLanes : kPanel;
        tile.b = args.upstream + unit * args.tiles * kPanel;
        for (i64 block = 0; block < blocks; ++block) {
            const float* a = args.inputs + (place * blocks + block) * args.tiles * kLanes;
            float* y = args.products + (unit * blocks + block) * kLanes * kPanel;
            const i64 channels = args.c - block * kLanes;
            for_each_tile(channels < kLanes ? channels : kLanes, [&](i64 row, i64 rows) {
                tile.a = a + row;
                tile.y = y + row * kPanel;
                compute_tile<Unit::kRow>(tile, rows);
            });
        }
    }
}

}  // namespace

// A unit is a tile.
void winograd_tiles(const WinogradGradArgs& args, i64 begin, i64 end, float*) {
    transform(args, begin, end);
}

// A unit is a place and a panel.
void winograd_products(const WinogradGradArgs& args, i64 begin, i64 end, float*) {
    multiply(args, begin, end);
}

// Both, for a share of the batch's tiles, `tiles` at a time. A unit is a slot, which has products
// of its own. Scratch: the transformed tiles.
void winograd_slots(const WinogradGradArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 places = (args.tile + 2) * (args.tile + 2);
    const i64 panels = (args.k + kPanel - 1) / kPanel;
    const i64 blocks = (args.c + kLanes - 1) / kLanes;
    const i64 total = args.n * args.tile_rows * args.tile_columns;
    for (i64 slot = begin; slot < end; ++slot) {
        const i64 first = total * slot / args.slots, last = total * (slot + 1) / args.slots;
        WinogradGradArgs part = args;
        part.products += slot * places * panels * blocks * kLanes * kPanel;
        for (i64 at = first; at < last; at += args.tiles) {
            part.first = at;
            part.tiles = last - at < args.tiles ? last - at : args.tiles;
            part.inputs = scratch;
            part.upstream = scratch + places * blocks * kLanes * part.tiles;
            part.accumulate = at > first;
            transform(part, 0, part.tiles);
            multiply(part, 0, places * panels);
        }
    }
}

// A unit is a register of channels. Scratch: kLanes x kLanes weights at each tap.
void winograd_gradient(const WinogradGradArgs& args, i64 begin, i64 end, float* scratch) {
    for (i64 block = begin; block < end; ++block) {
        if (args.tile == 2) {
            gradient<2>(args, block, scratch);
        } else {
            gradient<4>(args, block, scratch);
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
