// Convolution in channels-last memory: register tiles of neighbouring outputs of one row.
#include <algorithm>

#include "kernels/kernels.h"
#include "kernels/narrow.h"
#include "kernels/short_tiles.h"
#include "kernels/source.h"
#include "kernels/strips.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// The packed weights and the outputs of a call; knows nothing of how inputs are found.
struct Outputs {
    const WindowArgs& args;
    i64 panels, registers_per_run, panel_floats;

    Outputs(const WindowArgs& args, i64 length, i64 run)
        : args(args),
          panels(divide_up(args.group_outputs, kPanel)),
          registers_per_run(divide_up(run, args.lanes_each)),
          panel_floats(args.lanes_each > 1 ? length / run * registers_per_run * kLanes
                                           : length * kPanel) {}

    // Completes `tile`, which says where the inputs lie, for the outputs of a panel from y on.
    void complete(Tile& tile, i64 group, i64 panel, float* y) const {
        const i64 column = group * args.group_outputs + panel * kPanel;
        const i64 left = args.group_outputs - panel * kPanel;
        tile.b_step = kPanel;
        tile.bias = args.bias ? args.bias + column : nullptr;
        tile.y = y + column;
        tile.y_row = args.y_column;
        tile.behind = args.behind;
        tile.channel = column;
        tile.columns = left < kPanel ? left : kPanel;
        tile.b = args.packed + (group * panels + panel) * panel_floats;
    }

    // Computes a tile. The segments before `first_segment` are left out.
    void compute(Tile& tile, i64 group, i64 panel, i64 first_segment, float* y, i64 count) const {
        complete(tile, group, panel, y);
        if (args.lanes_each > 1) {
            tile.b += first_segment * registers_per_run * kLanes;
            compute_narrow_tile(tile, count, args.lanes_each);
        } else {
            tile.b += first_segment * tile.run * kPanel;
            fetch_for_writing(tile, count);
            compute_tile<Unit::kStep>(tile, count);
        }
    }
};

// A block of rows of one image, and where its inputs lie.
struct RowBlock {
    const WindowArgs& args;
    Source source;  // of one group
    const i64* offsets;
    i64 first_row, rows;
    float* y;

    const float* input(i64 row, i64 column) const {
        return source.origin + row * source.row_step + column * source.column_step;
    }

    float* output(i64 row, i64 column) const {
        return y + row * args.y_row + column * args.y_column;
    }
};

// Some of the panels, or of the groups.
struct Range {
    i64 first, last;
};

// Whether no output of a tile reads the image by some of its taps, which lie far apart then.
bool some_taps_beside(const WindowArgs& args, i64 column, i64 count) {
    const Segments& taps = args.segments;
    if (taps.run != args.group_channels || args.lanes_each > 1) return false;
    const i64 first = args.column_origin + column * args.column_step;
    const i64 last = first + (count - 1) * args.column_step;
    return last + taps.dx_min < 0 || first + taps.dx_max >= args.w;
}

// The taps of a row of the window that some outputs of a tile read inside the image.
Inside taps_inside(const WindowArgs& args, Inside row, i64 column, i64 count) {
    const i64* dx = args.segments.dx + row.first;
    const i64 first = args.column_origin + column * args.column_step;
    const i64 last = first + (count - 1) * args.column_step;
    const Inside taps = inside_of(
        row.last - row.first, [&](i64 s) { return last + dx[s] >= 0 && first + dx[s] < args.w; });
    return {row.first + taps.first, row.first + taps.last};
}

// Computes a tile of which some taps lie beside the image, row of taps by row of taps.
void without_padding(const RowBlock& block, const Outputs& outputs, i64 group, i64 panel,
                     Inside segments, Tile tile, float* y, Inside columns) {
    const WindowArgs& args = block.args;
    const i64* dy = args.segments.dy;
    outputs.complete(tile, group, panel, y);
    const float* weights = tile.b;
    tile.behind = nullptr;
    const auto add = [&](Inside taps) {
        tile.offsets = block.offsets + taps.first;
        tile.segments = taps.last - taps.first;
        tile.b = weights + taps.first * tile.run * kPanel;
        compute_tile<Unit::kStep>(tile, columns.last - columns.first);
        tile.accumulate = true;
    };
    for (i64 s = segments.first; s < segments.last;) {
        i64 next = s + 1;
        while (next < segments.last && dy[next] == dy[s]) ++next;
        const Inside taps =
            taps_inside(args, {s, next}, columns.first, columns.last - columns.first);
        if (taps.first < taps.last) add(taps);
        s = next;
    }
    if (!tile.accumulate || args.behind) {
        tile.behind = args.behind;
        add({0, 0});
    }
}

// Reads the taps where they lie.
void direct(const RowBlock& block, const Outputs& outputs, i64 group, Range panels) {
    const WindowArgs& args = block.args;
    Tile tile{};
    tile.a_row = block.source.column_step;
    tile.a_step = 1;
    tile.run = args.segments.run;
    for (i64 panel = panels.first; panel < panels.last; ++panel)
        for (i64 row = 0; row < block.rows; ++row) {
            const Inside inside = segments_inside(args, block.first_row + row);
            tile.offsets = block.offsets + inside.first;
            tile.segments = inside.last - inside.first;
            for_each_tile(args.columns, [&](i64 column, i64 count) {
                tile.a = block.input(row, column);
                float* y = block.output(row, column);
                if (some_taps_beside(args, column, count))
                    return without_padding(block, outputs, group, panel, inside, tile, y,
                                           {column, column + count});
                outputs.compute(tile, group, panel, inside.first, y, count);
            });
        }
}

// The floats of outputs that all panels compute before the next ones: they stay near meanwhile, and
// memory is written in the order in which it lies. But so many tiles at least, since a call takes
// as long to begin as a tile.
constexpr i64 kNearOutputs = 8192, kFewestTiles = 4;

// The same for short sums, whose products are listed.
void direct_listed(const RowBlock& block, const Outputs& outputs, i64 group, Range panels,
                   i64* places) {
    const WindowArgs& args = block.args;
    const i64 run = args.segments.run;
    i64* to = places;
    for (i64 s = 0; s < args.segments.count; ++s)
        for (i64 l = 0; l < run; ++l) *to++ = block.offsets[s] + l;
    ShortTiles short_tiles{};
    short_tiles.first.a_row = block.source.column_step;
    short_tiles.fetch = true;
    short_tiles.past = args.past;
    const i64 pixel = (panels.last - panels.first) * kPanel;
    const i64 tiles = std::max(kFewestTiles, kNearOutputs / (kTileRows * std::max<i64>(1, pixel)));
    for (i64 row = 0; row < block.rows; ++row) {
        const Inside inside = segments_inside(args, block.first_row + row);
        short_tiles.places = places + inside.first * run;
        short_tiles.length = (inside.last - inside.first) * run;
        cut_evenly(0, args.columns, tiles * kTileRows, [&](i64 column, i64 count) {
            short_tiles.first.a = block.input(row, column);
            for (i64 panel = panels.first; panel < panels.last; ++panel) {
                outputs.complete(short_tiles.first, group, panel, block.output(row, column));
                short_tiles.first.b += inside.first * run * kPanel;
                compute_short_tiles<true>(short_tiles, count);
            }
        });
    }
}

// Copies what the outputs of a tile read side by side first: patches[t][segment x run].
void gather(const RowBlock& block, const Outputs& outputs, i64 group, Range panels,
            float* patches) {
    const WindowArgs& args = block.args;
    const i64 segments = args.segments.count, run = args.segments.run;
    const i64 no_offset = 0;
    Tile tile{};
    tile.a = patches;
    tile.a_row = segments * run;
    tile.a_step = 1;
    tile.offsets = &no_offset;
    tile.segments = 1;
    tile.run = segments * run;
    for (i64 row = 0; row < block.rows; ++row) {
        const Inside inside = segments_inside(args, block.first_row + row);
        for_each_tile(args.columns, [&](i64 column, i64 count) {
            float* to = patches;
            for (i64 t = 0; t < count; ++t) {
                const float* from = block.input(row, column + t);
                for (i64 s = 0; s < segments; ++s, to += run) {
                    if (s >= inside.first && s < inside.last) {
                        copy(to, from + block.offsets[s], run);
                    } else {
                        clear(to, run);
                    }
                }
            }
            for (i64 panel = panels.first; panel < panels.last; ++panel)
                outputs.compute(tile, group, panel, 0, block.output(row, column), count);
        });
    }
}

}  // namespace

// Scratch: the segments' offsets as i64 and, if they are listed, those of all products, then the
// patches of a tile, then the padded rows.
void window_product(const WindowArgs& args, i64 begin, i64 end, float* scratch) {
    const Segments& taps = args.segments;
    const i64 length = taps.count * taps.run;
    i64* offsets = reinterpret_cast<i64*>(scratch);
    i64* places = offsets + taps.count;
    float* patches = scratch + offset_floats(taps.count + (args.list ? length : 0));
    float* buffer = patches + (args.gather ? kTileRows * length : 0);
    const Outputs outputs(args, length, args.gather ? length : taps.run);
    for (i64 unit = begin; unit < end; ++unit) {
        const auto [part, image, strip, first_row, rows] = place_of_block(args, args.rows, unit);
        const WindowArgs own = strip_of(args, strip);
        // Parts share out the groups, or the panels of the only one.
        const auto share = [&, part = part](i64 all) {
            return Range{all * part / args.parts, all * (part + 1) / args.parts};
        };
        const bool one = args.groups == 1;
        const Range panels = one ? share(outputs.panels) : Range{0, outputs.panels};
        const Range groups = one ? Range{0, 1} : share(args.groups);
        RowBlock block{own,       {},   offsets,
                       first_row, rows, own.y + image * args.y_image + first_row * args.y_row};
        if (!args.each_group)
            block.source = source_rows(own, image, first_row, rows, own.columns, buffer, offsets);
        block.source.origin += groups.first * args.group_channels;
        for (i64 group = groups.first; group < groups.last; ++group) {
            if (args.each_group)
                block.source =
                    group_rows(own, image, first_row, rows, own.columns, group, buffer, offsets);
            if (args.gather) {
                gather(block, outputs, group, panels, patches);
            } else if (args.list) {
                direct_listed(block, outputs, group, panels, places);
            } else {
                direct(block, outputs, group, panels);
            }
            block.source.origin += args.group_channels;
        }
    }
    if (args.list && args.past) wait_for_past();
}

}  // namespace convolens::CONVOLENS_ISA
