// The gradient of a convolution's weights: register tiles of weights, summed over output positions.
#include "kernels/weight_grad.h"

#include "kernels/strips.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// So many gradients of a position, if they fill registers, are read where they lie: to pack them
// takes longer than to read them for each segment from the second level of cache. Fewer registers
// make more tiles, which read them more often (decision 0020).
constexpr i64 kInPlace = kRegisters >= 32 ? 128 : kPanel;
// With more products, to read a gradient from memory takes little beside them.
constexpr i64 kFewProducts = 192;

// A block of output rows, and where the numbers lie that their windows read.
struct Block {
    const WeightGradArgs& args;
    Source source;
    const i64* offsets;      // of segments
    const i64* row_offsets;  // of rows
    i64 first_row, rows;
};

// The gradients of the next block, asked for line by line while this one's are multiplied: panels
// are read at the stride of all outputs, which no processor follows ahead. They need not exist.
struct Ahead {
    const float* g;
    i64 lines, each;

    Ahead(const float* next, i64 floats, i64 tiles)
        : g(next), lines(floats / kLine), each(divide_up(lines, tiles)) {}

    void fetch() {
        const i64 count = lines < each ? lines : each;
        for (i64 i = 0; i < count; ++i, g += kLine) __builtin_prefetch(g, 0, 2);
        lines -= count;
    }
};

// Adds the products of a panel of gradients with what each segment reads to `y`.
void add_panel(const Block& block, const float* gradient, Tile tile, float* y, Ahead& ahead) {
    const Segments& taps = block.args.segments;
    for (i64 s = 0; s < taps.count; ++s) {
        const Inside inside = block_rows_inside(block.args, s, block.first_row, block.rows);
        tile.offsets = block.row_offsets + inside.first;
        tile.segments = inside.last - inside.first;
        tile.b = gradient + inside.first * tile.run * tile.b_step;
        for_each_tile(taps.run, [&](i64 first, i64 count) {
            tile.a = block.source.origin + block.offsets[s] + first;
            tile.y = y + (s * taps.run + first) * tile.y_row;
            ahead.fetch();
            compute_tile<Unit::kRow>(tile, count);
        });
    }
}

}  // namespace

// Reads the image where it lies, or one group of its channels at a time, side by side: the rows of
// a tile are neighbouring numbers of a segment.
//
// Scratch: offsets of segments and of rows as i64, the packed gradient, the padded rows.
//
// A slot owns neighbouring blocks of rows, and sums them in order: the result depends on the number
// of slots, which follows from the shapes, and not on threads.
void weight_grad(const WeightGradArgs& args, i64 begin, i64 end, float* scratch) {
    const Segments& taps = args.segments;
    const i64 panels = divide_up(args.group_outputs, kPanel);
    const i64 padded = divide_up(args.group_outputs, kLanes) * kLanes;
    const i64 outputs = args.groups * args.group_outputs;
    const i64 length = taps.count * taps.run;
    const i64 blocks = args.n * args.row_blocks * args.strips;
    const i64 tiles = taps.count * divide_up(taps.run, kTileRows);
    const bool in_place = args.groups == 1 && outputs <= kInPlace && outputs % kLanes == 0;
    const bool waits = args.parts == 1 && !in_place && length <= kFewProducts;
    i64* offsets = reinterpret_cast<i64*>(scratch);
    i64* row_offsets = offsets + taps.count;
    float* gradient = scratch + offset_floats(taps.count + args.row_block);
    float* buffer = gradient + args.row_block * widest_strip(args) * kPanel;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 slot = unit / args.parts;
        const Share share(args, unit % args.parts, panels);
        float* partial = args.partial + slot * args.groups * length * padded;
        const i64 first_block = blocks * slot / args.slots;
        const i64 last_block = blocks * (slot + 1) / args.slots;
        for (i64 at = first_block; at < last_block; ++at) {
            const BlockPlace place = place_of_block(args, args.p, at);
            const i64 image = place.image, first_row = place.first_row, rows = place.rows;
            const WeightGradArgs strip = strip_of(args, place.strip);
            Block block{strip, {}, offsets, row_offsets, first_row, rows};
            if (args.groups == 1)
                block.source = source_rows(strip, image, first_row, rows, strip.q, buffer, offsets);
            const float* g = strip.g + (image * args.p + first_row) * args.g_row;
            Tile tile{};
            tile.a_row = 1;
            tile.run = strip.q;
            tile.b_step = in_place ? outputs : kPanel;
            tile.accumulate = at != first_block;
            tile.y_row = padded;
            const i64 floats = rows * strip.q * outputs;
            Ahead ahead(g + floats, waits ? floats : 0, args.groups * panels * tiles);
            for (i64 group = share.first_group; group < share.last_group; ++group) {
                if (args.groups > 1)
                    block.source =
                        group_rows(strip, image, first_row, rows, strip.q, group, buffer, offsets);
                tile.a_step = block.source.column_step;
                for (i64 row = 0; row < rows; ++row) row_offsets[row] = row * block.source.row_step;
                const float* own = g + group * args.group_outputs;
                float* y = partial + group * length * padded;
                for (i64 panel = share.first_tile; panel < share.last_tile; ++panel) {
                    const i64 column = panel * kPanel;
                    tile.columns = padded - column < kPanel ? padded - column : kPanel;
                    if (in_place) {
                        add_panel(block, own + column, tile, y + column, ahead);
                    } else {
                        // One at a time stays in the first level of cache.
                        const i64 last = args.group_outputs - column;
                        pack_gradient(own + column, outputs, last < kPanel ? last : kPanel,
                                      rows * strip.q, gradient);
                        add_panel(block, gradient, tile, y + column, ahead);
                    }
                }
            }
        }
    }
}

}  // namespace convolens::CONVOLENS_ISA
