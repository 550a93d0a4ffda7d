// Winograd's fast algorithms for square kernels with stride 1.
#include <algorithm>

#include "runtime/buffer.h"
#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/conv/pieces.h"
#include "runtime/conv/tiles.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/past.h"
#include "runtime/sum.h"

namespace convolens {
namespace {

// The weight gradient: how many tiles make the transforms of their products worth while, the slots
// and the transformed tiles of one, and the outputs and panels of a block of products.
constexpr i64 kTiles = 28;
constexpr i64 kSlots = 8;
constexpr i64 kSlotFloats = 160 * 1024;
constexpr i64 kRows = 64;
constexpr i64 kPanels = 2;
// The transformed tiles of a block, and their products, stay in the second level of cache.
constexpr i64 kInputFloats = 256 * 1024;
constexpr i64 kPanelGroup = 2;
// Tiles are few where there are so many times as many channels.
constexpr i64 kFewTiles = 4;
// Transformed weights that are too many for one core's cache: each thread takes a part of them, and
// reads it once for so many tiles, which it reads from further away in turn.
constexpr i64 kWeightFloats = 1024 * 1024;
constexpr i64 kFarTiles = 48;

// The products of a tile and a channel.
i64 places_of(i64 tile, i64 taps) {
    return (tile + taps - 1) * (tile + taps - 1);
}

// Tiles of so many outputs a side.
TileGrid grid_of(const ConvProblem& p, i64 tile, bool backward) {
    const i64 pixels = tile + p.r - 1;
    return tiles_of(p, {pixels, pixels, false}, backward);
}

// The outputs and the channels are shared between so many units.
struct Shares {
    i64 rows, columns;
};

// Shares whose transformed tiles stay in one core's cache, at least one a thread: those that take
// the least time, where each unit transforms what it reads.
Shares shares_of(i64 outputs, i64 panels, i64 width) {
    constexpr double kProduct = 1.1, kTransform = 20;  // cycles for a tile
    const i64 threads = thread_count(), lanes = kernels().lanes;
    const i64 registers = divide_up(outputs, lanes);
    const Shares least{divide_up(outputs, kWinogradShare),
                       divide_up(panels * width, kWinogradShare)};
    Shares best = least;
    double fastest = 0;
    for (i64 rows = least.rows; rows <= std::min(registers, least.rows * threads); ++rows)
        for (i64 columns = least.columns; columns <= std::min(panels, least.columns * threads);
             ++columns) {
            const auto k = static_cast<double>(divide_up(registers, rows) * lanes);
            const auto c = static_cast<double>(divide_up(panels, columns) * width);
            const auto turns = static_cast<double>(divide_up(rows * columns, threads));
            const double time = turns * (kProduct * k * c + kTransform * (k + c));
            if (fastest == 0 || time < fastest) {
                best = {rows, columns};
                fastest = time;
            }
        }
    return best;
}

// The floats of the image, the output and the weights.
i64 all_floats(const WinogradArgs& args) {
    const TileGrid& grid = args.tiles;
    return grid.n * (grid.x_image + grid.y_image) + args.taps * args.taps * args.c * args.k;
}

// For how many tiles there is room, beside so many floats of weights a thread: what all threads
// transform stays below image, output and weights, with room for copies.
i64 room_for_tiles(const WinogradArgs& args, i64 weights) {
    const i64 numbers = args.c + args.panel_group * kernels().panel;
    const i64 each = all_floats(args) * 3 / 4 / args.parts - weights;
    return each / (places_of(args.tile, args.taps) * numbers);
}

// About what it takes to transform some tiles, and to compute so many outputs of them.
double nanoseconds_of(const WinogradArgs& args, i64 tiles, double outputs) {
    const auto numbers = static_cast<double>(tiles * places_of(args.tile, args.taps));
    const auto channels = static_cast<double>(args.c);
    return numbers * (kMultiplyAdd * channels * outputs + kElement * (channels + outputs));
}

// Completes the sizes that follow from how the work is shared, and runs it. Scratch besides that of
// the tiles: `weights`.
void run_blocks(WinogradArgs& args, i64 weights) {
    const KernelTable& table = kernels();
    const i64 places = places_of(args.tile, args.taps), panels = divide_up(args.k, table.panel);
    const i64 total = args.tiles.count();
    args.block = divide_up(total, args.blocks);
    args.product_row =
        std::min(args.panel_group * table.panel, divide_up(args.k, table.lanes) * table.lanes);
    args.input_row = args.panels ? divide_up(args.c, table.lanes) * table.lanes : args.c;
    const i64 inputs = odd_lines(args.block * args.input_row);
    const i64 products = odd_lines(args.block * args.product_row);
    const auto outputs = static_cast<double>(panels * table.panel);
    launch(table.winograd, args, args.blocks * args.parts,
           nanoseconds_of(args, args.block, outputs / static_cast<double>(args.parts)),
           static_cast<std::size_t>(odd_lines(args.c) + places * (inputs + products) + weights));
}

// With weights that are laid out.
void run_laid_out(WinogradArgs& args) {
    const KernelTable& table = kernels();
    const i64 places = places_of(args.tile, args.taps);
    const i64 panels = divide_up(args.k, table.panel), threads = thread_count();
    const i64 total = args.tiles.count();
    // If the weights are what is read most, or lie far away, each thread reads its part of them.
    const bool few_tiles = total * kFewTiles <= args.c;
    args.far = places * args.c * args.k > kWeightFloats;
    args.parts = few_tiles || args.far ? std::min(threads, panels) : 1;
    args.panel_group = divide_up(panels, args.parts);
    if (!few_tiles) args.panel_group = std::min(kPanelGroup, args.panel_group);
    if (few_tiles || args.far) {
        const i64 room = std::max(table.tile_rows, room_for_tiles(args, 0));
        args.blocks = divide_up(total, few_tiles ? room : std::min(kFarTiles, room));
    } else {
        const i64 tile = places * args.c * table.tile_rows;
        const i64 most = std::clamp(kInputFloats / tile, i64{1}, i64{4});
        args.blocks = divide_up(total, most * table.tile_rows);
        if (args.blocks > 1)
            args.blocks = std::min(total, divide_up(args.blocks, threads) * threads);
        else if (nanoseconds_of(args, total, static_cast<double>(args.k)) >= 2 * kChunk)
            args.blocks = std::min(divide_up(total, table.tile_rows), threads);
    }
    run_blocks(args, 0);
}

// With weights that are transformed where they are used, for so many tiles at a time as repay it.
// Returns false if there is no room for that.
bool run_fresh(WinogradArgs& args) {
    const KernelTable& table = kernels();
    const i64 places = places_of(args.tile, args.taps);
    const i64 panels = divide_up(args.k, table.panel);
    const i64 total = args.tiles.count();
    args.parts = std::min(static_cast<i64>(thread_count()), panels);
    args.panel_group = std::min(kPanelGroup, divide_up(panels, args.parts));
    const i64 weights = args.panel_group * places * odd_lines(args.chain * table.panel) +
                        args.taps * args.taps * table.lanes * table.lanes;
    const i64 most = std::min(kFreshTiles, room_for_tiles(args, weights));
    if (most < std::min(total, table.tile_rows)) return false;
    args.blocks = divide_up(total, most);
    run_blocks(args, weights);
    return true;
}

// With panels of weights, for the tiles of a register tile at a time.
void run_few(WinogradArgs& args) {
    const KernelTable& table = kernels();
    const i64 total = args.tiles.count();
    args.parts = std::min(static_cast<i64>(thread_count()), divide_up(args.k, table.panel));
    args.panel_group = 1;
    args.blocks = divide_up(total, table.tile_rows);
    const i64 sums = divide_up(total, args.blocks) * table.panel;
    run_blocks(args, places_of(args.tile, args.taps) * (odd_lines(args.kPieceFloats) + sums));
}

// The rows of a panel, and how many panels there are.
struct Panels {
    i64 rows, count;
};

Panels panels_of(const ConvProblem& p, Pass pass) {
    const bool backward = pass == Pass::kInputGrad;
    return {backward ? p.k : p.c, divide_up(backward ? p.c : p.k, kernels().panel)};
}

std::size_t floats_of(const ConvProblem& p, i64 tile, Pass pass) {
    const Panels panels = panels_of(p, pass);
    const i64 place = odd_lines(panels.rows * kernels().panel);
    return static_cast<std::size_t>(places_of(tile, p.r) * panels.count * place);
}

// Lanes are outputs, or channels for the input gradient.
void lay_out(const ConvProblem& p, i64 tile, Pass pass, const float* weight, float* u) {
    const KernelTable& table = kernels();
    const WinogradWeightArgs args{{weight, p.k, p.c, pass == Pass::kInputGrad}, u, tile, p.r};
    const i64 places = places_of(tile, p.r);
    const Panels panels = panels_of(p, pass);
    const i64 blocks = divide_up(panels.rows, args.kRowBlock);
    launch(table.winograd_weights, args, panels.count * blocks,
           kElement * static_cast<double>(places * table.panel * args.kRowBlock),
           static_cast<std::size_t>(p.r * p.r * table.lanes * table.lanes));
}

// y [n][p][q][k] from x [n][h][w][c] and weights, laid out in u or in panels, or else as they are.
void run(WinogradArgs& args, const ConvProblem& p, Pass pass) {
    if (args.tiles.count() <= 0) return;
    const i64 lanes = kernels().lanes, chains = divide_up(args.c, kShortSum);
    args.chain = divide_up(divide_up(args.c, chains), lanes) * lanes;
    if (args.u) return run_laid_out(args);
    if (args.panels) return run_few(args);
    if (run_fresh(args)) return;
    const Buffer u(floats_of(p, args.tile, pass));
    lay_out(p, args.tile, pass, args.weights.w, u.data());
    args.u = u.data();
    run_laid_out(args);
}

template <i64 tile>
std::size_t floats(const ConvProblem& p, Pass pass) {
    return floats_of(p, tile, pass);
}

template <i64 tile>
void pack(const ConvProblem& p, Pass pass, const float* weight, float* u) {
    lay_out(p, tile, pass, weight, u);
}

std::size_t panel_floats(const ConvProblem& p, Pass pass) {
    const Panels panels = panels_of(p, pass);
    return static_cast<std::size_t>(p.r * p.r * panels.rows * panels.count * kernels().panel);
}

void pack_panels(const ConvProblem& p, Pass pass, const float* weight, float* packed) {
    const WinogradPanelArgs args{{weight, p.k, p.c, pass == Pass::kInputGrad}, packed, p.r * p.r};
    const Panels panels = panels_of(p, pass);
    launch(kernels().winograd_panels, args, panels.count,
           kElement * static_cast<double>(args.taps * panels.rows * kernels().panel));
}

// What weights are: transformed by `pack`, panels of `pack_panels`, or, fresh, those of the
// problem.
enum class Form { kTransformed, kPanels, kFresh };

void set_weights(WinogradArgs& args, Form form, const float* weights) {
    if (form == Form::kTransformed) args.u = weights;
    if (form == Form::kPanels) args.panels = weights;
    if (form == Form::kFresh) args.weights.w = weights;
}

template <i64 tile, Form form>
void forward(const ConvProblem& p, const float* weights, const float* x, const float* bias,
             float* y) {
    WinogradArgs args{};
    args.x = x;
    args.weights = {nullptr, p.k, p.c, false};
    set_weights(args, form, weights);
    args.bias = bias;
    args.y = y;
    args.tiles = grid_of(p, tile, false);
    args.c = p.c;
    args.k = p.k;
    args.tile = tile;
    args.taps = p.r;
    args.behind = p.behind;
    args.past = !reads_addend(p.behind) && tiles_go_past(y, p.n * p.p * p.q * p.k, p.k);
    run(args, p, Pass::kForward);
}

template <i64 tile, Form form>
void input_grad(const ConvProblem& p, const float* weights, const float* g, const float* bias,
                float* dx) {
    WinogradArgs args{};
    args.x = g;
    args.weights = {nullptr, p.k, p.c, true};
    set_weights(args, form, weights);
    args.bias = bias;
    args.y = dx;
    args.tiles = grid_of(p, tile, true);
    args.c = p.k;
    args.k = p.c;
    args.tile = tile;
    args.taps = p.r;
    args.past = tiles_go_past(dx, p.n * p.h * p.w * p.c, p.c);
    run(args, p, Pass::kInputGrad);
}

// Some tiles at a time are transformed, then multiplied. If those that are worth while stay in one
// core's cache, each slot does so for a share of the batch; else each thread does so for a share of
// the weights, and transforms again what others need, too: that takes less time than to read what
// another core has written. Either way the order of the sums follows from the shapes.
void weight_grad(const ConvProblem& p, i64 tile, const float* x, const float* g, float* dw) {
    const KernelTable& table = kernels();
    WinogradGradArgs args{};
    args.grid = grid_of(p, tile, false);
    args.tile = tile;
    const i64 total = args.grid.count();
    if (total <= 0) {
        std::fill_n(dw, p.k * p.weight_length(), 0.0f);
        return;
    }
    const i64 places = places_of(tile, p.r);
    args.width = p.c <= table.lanes ? table.lanes : table.panel;
    const i64 panels = divide_up(p.c, args.width);
    const i64 tile_floats = places * (odd_lines(p.k) + panels * args.width);
    const i64 weights = p.r * p.r * p.c * p.k;
    args.x = x;
    args.g = g;
    args.c = p.c;
    args.k = p.k;
    args.taps = p.r;
    const bool in_slots = kTiles * tile_floats <= kSlotFloats && total >= kSlots * kTiles;
    args.slots = in_slots ? kSlots : 1;
    const Shares shares = in_slots ? Shares{1, 1} : shares_of(p.k, panels, args.width);
    args.row_shares = shares.rows;
    args.column_shares = shares.columns;
    // Not more for more threads: the order of the sums must not depend on them.
    const i64 share_floats =
        places * (std::min(p.k, kWinogradShare) + std::min(p.c, kWinogradShare));
    const i64 most = in_slots ? kSlotFloats / tile_floats : kWinogradShareFloats / share_floats;
    args.tiles = std::clamp(most, i64{1}, divide_up(total, args.slots));
    const i64 own_panels = divide_up(panels, shares.columns);
    const i64 registers = divide_up(p.k, table.lanes);
    const i64 own_outputs = divide_up(registers, shares.rows) * table.lanes;
    args.panels = std::min(own_panels, kPanels);
    args.rows = divide_up(own_outputs, divide_up(own_outputs, kRows));
    const i64 inputs = odd_lines(args.tiles * own_panels * args.width);
    const i64 upstream = odd_lines(args.tiles * odd_lines(own_outputs));
    const i64 products = odd_lines(args.panels * args.rows * args.width);
    const i64 units = args.slots * shares.rows * shares.columns;
    const double work = static_cast<double>(places * total) * static_cast<double>(p.c) *
                        static_cast<double>(p.k) / static_cast<double>(units);
    const auto scratch = static_cast<std::size_t>(odd_lines(std::max(p.c, p.k)) +
                                                  places * (inputs + upstream + products));
    if (in_slots) {
        const Buffer sums(static_cast<std::size_t>(args.slots * weights));
        args.sums = sums.data();
        launch(table.winograd_weight_grad, args, units, kMultiplyAdd * work, scratch);
        sum(sums.data(), dw, 1, args.slots, weights, 1.0f);
        return;
    }
    args.sums = dw;
    launch(table.winograd_weight_grad, args, units, kMultiplyAdd * work, scratch);
}

// Tiles of so many outputs suit kernels of one size more or less.
template <i64 tile>
const char* refusal(const ConvProblem& p) {
    constexpr i64 kSmall = tile == 2 ? 3 : 2, kLarge = 7 - tile;
    const bool fits = p.r == p.s && (p.r == kSmall || p.r == kLarge) && p.stride[0] == 1 &&
                      p.stride[1] == 1 && p.groups == 1;
    if (fits) return nullptr;
    return "Winograd's algorithm needs a square kernel of its size, stride 1 and one group";
}

template <i64 tile>
constexpr ConvAlgorithm few = {.floats = panel_floats,
                               .pack = pack_panels,
                               .forward = forward<tile, Form::kPanels>,
                               .input_grad = input_grad<tile, Form::kPanels>};

template <i64 tile>
constexpr ConvAlgorithm algorithm(const char* name) {
    return {.name = name,
            .refusal = refusal<tile>,
            .floats = floats<tile>,
            .pack = pack<tile>,
            .forward = forward<tile, Form::kTransformed>,
            .forward_fresh = forward<tile, Form::kFresh>,
            .input_grad = input_grad<tile, Form::kTransformed>,
            .input_grad_fresh = input_grad<tile, Form::kFresh>,
            .weight_grad = [](const ConvProblem& p, const float* x, const float* g,
                              float* dw) { weight_grad(p, tile, x, g, dw); },
            .few = &few<tile>};
}

}  // namespace

const ConvAlgorithm winograd2 = algorithm<2>("winograd2");
const ConvAlgorithm winograd3 = algorithm<3>("winograd3");
const ConvAlgorithm winograd4 = algorithm<4>("winograd4");

}  // namespace convolens
