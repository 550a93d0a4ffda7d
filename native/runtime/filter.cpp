#include "runtime/filter.h"

#include <algorithm>

#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

// A tile of so many floats, and what is made of it, stay in the second level of cache. A quarter,
// or six times as many, take as long.
constexpr i64 kTileFloats = 16 * 1024;
constexpr i64 kTileRows = 16;

// How the result is cut into tiles, and where a thread keeps what. A unit is a tile.
struct FilterArgs {
    const FilterProblem* problem;
    const KernelTable* table;
    i64 height, width;            // of the result, in pixels
    i64 tile_rows, tile_columns;  // in pixels
    i64 across;                   // tiles side by side
    i64 run_begin, run_end;       // the cells of the columns that are neighbouring pixels
    // Parts of the scratch, in floats from its beginning.
    i64 source, middle, sum[2], addend, offsets;
    i64 floats;
};

struct Tile {
    i64 top, left, rows, columns;  // in pixels of the result
};

template <class Pixel>
void read_beside(const FilterProblem& p, const Pixel* row, std::span<const i64> cells, float* x) {
    for (const i64 cell : cells)
        for (i64 c = 0; c < p.channels; ++c)
            *x++ = cell < 0 ? 0.0f : static_cast<float>(row[cell * p.channels + c]);
}

// A row of what the windows of a tile read. The cells [begin, end) are neighbouring pixels.
template <class Pixel>
void read_row(const FilterArgs& args, i64 cell, std::span<const i64> columns, i64 begin, i64 end,
              float* x) {
    const FilterProblem& p = *args.problem;
    if (cell < 0) {
        std::fill_n(x, static_cast<i64>(columns.size()) * p.channels, 0.0f);
        return;
    }
    const Pixel* row = static_cast<const Pixel*>(p.pixels) + cell * p.pixel_row;
    read_beside(p, row, columns.first(static_cast<std::size_t>(begin)), x);
    if (begin < end) {
        PixelArgs read{};
        // The kernel only reads them.
        read.pixels =
            const_cast<Pixel*>(row + columns[static_cast<std::size_t>(begin)] * p.channels);
        read.x = x + begin * p.channels;
        read.columns = (end - begin) * p.channels;
        (p.wide ? args.table->read_uint16 : args.table->read_uint8)(read, 0, 1, nullptr);
    }
    read_beside(p, row, columns.subspan(static_cast<std::size_t>(end)), x + end * p.channels);
}

void read_tile(const FilterArgs& args, const Tile& tile, float* x) {
    const FilterProblem& p = *args.problem;
    const i64 width = tile.columns + p.kernel[1] - 1;
    const auto columns =
        p.columns.subspan(static_cast<std::size_t>(tile.left), static_cast<std::size_t>(width));
    const i64 begin = std::clamp(args.run_begin - tile.left, i64{0}, width);
    const i64 end = std::clamp(args.run_end - tile.left, begin, width);
    for (i64 row = 0; row < tile.rows + p.kernel[0] - 1; ++row) {
        const i64 cell = p.rows[static_cast<std::size_t>(tile.top + row)];
        const auto read = p.wide ? read_row<std::uint16_t> : read_row<std::uint8_t>;
        read(args, cell, columns, begin, end, x + row * width * p.channels);
    }
}

// y [height - rows + 1][width - reach] = the sum of weights times x [height][width].
void run_pass(const KernelTable& table, const FilterPass& pass, const float* x, i64 height,
              i64 width, float* y, float* scratch) {
    WindowArgs args{};
    args.x = x;
    args.n = args.c = args.groups = args.group_channels = args.group_outputs = 1;
    args.h = height;
    args.w = width;
    args.segments = {
        pass.dy.data(), pass.dx.data(), pass.rows * pass.columns, 1, 0, pass.rows - 1, 0,
        pass.reach};
    args.row_step = args.column_step = args.y_column = args.row_blocks = args.lanes_each = 1;
    args.packed = pass.weight;
    args.y = y;
    args.rows = args.row_block = height - pass.rows + 1;
    args.columns = args.y_row = width - pass.reach;
    table.window_planes(args, 0, 1, scratch);
}

void run_chain(const FilterArgs& args, const FilterChain& chain, const Tile& tile, float* scratch,
               float* y) {
    const FilterProblem& p = *args.problem;
    const i64 height = tile.rows + p.kernel[0] - 1;
    const i64 width = (tile.columns + p.kernel[1] - 1) * p.channels;
    const float* x = scratch + args.source;
    float* offsets = scratch + args.offsets;
    if (chain.size() == 1) {
        run_pass(*args.table, chain[0], x, height, width, y, offsets);
        return;
    }
    float* middle = scratch + args.middle;
    run_pass(*args.table, chain[0], x, height, width, middle, offsets);
    run_pass(*args.table, chain[1], middle, height - chain[0].rows + 1, width - chain[0].reach, y,
             offsets);
}

void write_tile(const FilterArgs& args, const Tile& tile, const float* scratch) {
    const FilterProblem& p = *args.problem;
    const i64 at = tile.top * p.result_row + tile.left * p.channels;
    PixelArgs write{};
    write.pixels = p.wide ? static_cast<void*>(static_cast<std::uint16_t*>(p.result) + at)
                          : static_cast<void*>(static_cast<std::uint8_t*>(p.result) + at);
    write.x = const_cast<float*>(scratch + args.sum[0]);  // the kernel only reads them
    write.y = p.directions[1].empty() ? nullptr : scratch + args.sum[1];
    write.columns = write.float_row = tile.columns * p.channels;
    write.pixel_row = p.result_row;
    write.largest = p.largest;
    write.shift = p.shift;
    write.absolute = p.absolute;
    (p.wide ? args.table->write_uint16 : args.table->write_uint8)(write, 0, tile.rows, nullptr);
}

void filter_tiles(const FilterArgs& args, i64 begin, i64 end, float* scratch) {
    const FilterProblem& p = *args.problem;
    for (i64 unit = begin; unit < end; ++unit) {
        Tile tile{unit / args.across * args.tile_rows, unit % args.across * args.tile_columns, 0,
                  0};
        tile.rows = std::min(args.tile_rows, args.height - tile.top);
        tile.columns = std::min(args.tile_columns, args.width - tile.left);
        read_tile(args, tile, scratch + args.source);
        for (int direction = 0; direction < 2; ++direction) {
            float* sum = scratch + args.sum[direction];
            bool first = true;
            for (const FilterChain& chain : p.directions[direction]) {
                run_chain(args, chain, tile, scratch, first ? sum : scratch + args.addend);
                const ElementwiseArgs add{sum, scratch + args.addend, sum, 1.0f};
                if (!first) args.table->add(add, 0, tile.rows * tile.columns * p.channels, nullptr);
                first = false;
            }
        }
        write_tile(args, tile, scratch);
    }
}

// The longest run of neighbouring pixels among the cells.
void find_run(FilterArgs& args) {
    const std::span<const i64> cells = args.problem->columns;
    i64 begin = 0;
    for (i64 at = 1; at <= static_cast<i64>(cells.size()); ++at) {
        const auto i = static_cast<std::size_t>(at);
        if (i < cells.size() && cells[i - 1] >= 0 && cells[i] == cells[i - 1] + 1) continue;
        if (cells[static_cast<std::size_t>(begin)] >= 0 &&
            at - begin > args.run_end - args.run_begin) {
            args.run_begin = begin;
            args.run_end = at;
        }
        begin = at;
    }
}

// A tile is at least twice as large as what it reads beyond itself.
void cut(FilterArgs& args) {
    const FilterProblem& p = *args.problem;
    const i64 rows = std::max(kTileRows, 2 * (p.kernel[0] - 1));
    args.tile_rows = std::min(args.height, rows);
    const i64 columns = std::max(kTileFloats / (args.tile_rows * p.channels),
                                 std::max<i64>(16, 2 * (p.kernel[1] - 1)));
    args.tile_columns = std::min(args.width, columns);
    args.across = divide_up(args.width, args.tile_columns);
}

void lay_out(FilterArgs& args) {
    const FilterProblem& p = *args.problem;
    const auto place = [&](i64 floats) {
        const i64 at = args.floats;
        args.floats += (floats + 15) / 16 * 16;
        return at;
    };
    const i64 source =
        (args.tile_rows + p.kernel[0] - 1) * (args.tile_columns + p.kernel[1] - 1) * p.channels;
    const i64 result = args.tile_rows * args.tile_columns * p.channels;
    args.source = place(source);
    args.middle = place(source);
    for (i64& sum : args.sum) sum = place(result);
    args.addend = place(result);
    args.offsets = place(2 * p.kernel[0] * p.kernel[1]);
}

}  // namespace

FilterPass::FilterPass(const float* weight, i64 rows, i64 columns, i64 dilation)
    : weight(weight), rows(rows), columns(columns), reach((columns - 1) * dilation) {
    for (i64 row = 0; row < rows; ++row)
        for (i64 column = 0; column < columns; ++column) {
            dy.push_back(row);
            dx.push_back(column * dilation);
        }
}

void filter(const FilterProblem& problem) {
    const FilterProblem& p = problem;
    FilterArgs args{};
    args.problem = &p;
    args.table = &kernels();
    args.height = static_cast<i64>(p.rows.size()) - p.kernel[0] + 1;
    args.width = static_cast<i64>(p.columns.size()) - p.kernel[1] + 1;
    if (args.height <= 0 || args.width <= 0) return;
    find_run(args);
    cut(args);
    lay_out(args);
    const i64 down = divide_up(args.height, args.tile_rows);
    const double pixels = static_cast<double>(args.tile_rows * args.tile_columns * p.channels);
    double weights = 0;
    for (const auto& chains : p.directions)
        for (const FilterChain& chain : chains)
            for (const FilterPass& pass : chain)
                weights += static_cast<double>(pass.rows * pass.columns);
    launch(filter_tiles, args, down * args.across,
           pixels * (3 * kElement + 2 * kMultiplyAdd * weights),
           static_cast<std::size_t>(args.floats));
}

}  // namespace convolens
