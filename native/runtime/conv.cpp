#include "runtime/conv.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/matmul.h"
#include "runtime/sum.h"

namespace convolens {
namespace {

constexpr i64 kLargestExtent = i64{1} << 31;
constexpr i64 kLargestSize = i64{1} << 60;
// The rows that a block of outputs reads should stay in the first levels of cache.
constexpr i64 kBlockFloats = 16 * 1024;
// The padded rows of one row of outputs may have at most 2 GiB.
constexpr i64 kLargestBlock = i64{1} << 29;
// Enough units of work for the threads of a laptop.
constexpr i64 kUnits = 16;
// Partial sums of a weight gradient: at most this many floats, and at most this many slots.
constexpr i64 kPartialFloats = 2 * 1024 * 1024;
constexpr i64 kSlots = 16;
// Their patches and one panel of gradients fill most of the first level of cache.
constexpr i64 kGatheredPositions = 192;

i64 divide_up(i64 a, i64 b) {
    return (a + b - 1) / b;
}

// The remainder that is never negative.
i64 modulo(i64 a, i64 b) {
    return (a % b + b) % b;
}

// The taps of a window, with the storage that Segments points to.
struct Taps {
    std::vector<i64> dy, dx;
    i64 run = 0, columns_per_run = 1;

    void add(i64 y, i64 x) {
        dy.push_back(y);
        dx.push_back(x);
    }

    Segments segments() const {
        Segments result{dy.data(), dx.data(), static_cast<i64>(dy.size()), run, 0, 0, 0, 0};
        if (dy.empty()) return result;
        const auto [y_min, y_max] = std::minmax_element(dy.begin(), dy.end());
        const auto [x_min, x_max] = std::minmax_element(dx.begin(), dx.end());
        result.dy_min = *y_min;
        result.dy_max = *y_max;
        result.dx_min = *x_min;
        result.dx_max = *x_max + columns_per_run - 1;
        return result;
    }
};

Taps forward_taps(const ConvProblem& p) {
    Taps taps;
    // The taps of a row lie side by side where the window is dense and all channels take part.
    const bool merged = p.groups == 1 && (p.dilation[1] == 1 || p.s == 1);
    taps.run = merged ? p.s * p.c : p.group_channels();
    taps.columns_per_run = merged ? p.s : 1;
    for (i64 r = 0; r < p.r; ++r)
        for (i64 s = 0; s < (merged ? 1 : p.s); ++s) taps.add(r * p.dilation[0], s * p.dilation[1]);
    return taps;
}

// How many rows of outputs make a unit of work.
i64 choose_row_block(i64 images, i64 rows, i64 row_floats) {
    i64 block = std::clamp(kBlockFloats / std::max<i64>(1, row_floats), i64{1}, rows);
    while (block > 1 && images * divide_up(rows, block) < kUnits) block = divide_up(block, 2);
    return divide_up(rows, divide_up(rows, block));
}

// The floats of one padded row that a row of outputs reads.
// Throws std::invalid_argument if they are more than a block may have.
i64 line_floats(const Segments& taps, i64 columns, i64 column_step, i64 channels) {
    i64 floats = 0;
    if (__builtin_mul_overflow(columns - 1, column_step, &floats) ||
        __builtin_add_overflow(floats, taps.dx_max - taps.dx_min + 1, &floats) ||
        __builtin_mul_overflow(floats, channels, &floats) || floats > kLargestBlock)
        throw std::invalid_argument("a convolution's padded rows are too large");
    return floats;
}

// The floats of the padded rows that `rows` rows of outputs read. Throws likewise.
i64 block_floats(const Segments& taps, i64 rows, i64 row_step, i64 line) {
    i64 floats = 0;
    if (__builtin_mul_overflow(rows - 1, row_step, &floats) ||
        __builtin_add_overflow(floats, taps.dy_max - taps.dy_min + 1, &floats) ||
        __builtin_mul_overflow(floats, line, &floats) || floats > kLargestBlock)
        throw std::invalid_argument("a convolution's padded rows are too large");
    return floats;
}

// How many lanes each of a few outputs gets, so that a run takes the fewest steps.
i64 choose_lanes_each(i64 lanes, i64 outputs, i64 run) {
    constexpr i64 kIncompleteStep = 2;  // what a step with less than all lanes costs
    i64 best = 1, fewest = run;
    for (i64 each = 2; each * outputs <= lanes; each *= 2) {
        const i64 steps = run / each + (run % each ? kIncompleteStep : 0);
        if (steps < fewest) {
            fewest = steps;
            best = each;
        }
    }
    return best;
}

// Packs the weights, then runs the window over all images. `args` lacks only what follows from the
// packing and the machine.
void run_window(WindowArgs& args, PackArgs& pack) {
    if (args.n == 0 || args.rows <= 0 || args.columns <= 0) return;
    const KernelTable& table = kernels();
    const Segments& taps = args.segments;
    const i64 length = taps.count * taps.run;
    const i64 line = line_floats(taps, args.columns, args.column_step, args.c);
    args.row_block = choose_row_block(args.n, args.rows, line * args.row_step);
    args.row_blocks = divide_up(args.rows, args.row_block);

    const i64 panels = divide_up(args.group_outputs, table.panel);
    const i64 run = std::max<i64>(1, args.gather ? length : taps.run);
    args.lanes_each = choose_lanes_each(table.lanes, args.group_outputs, run);
    const i64 narrow = length / run * divide_up(run, args.lanes_each) * table.lanes;
    const i64 group_floats = args.lanes_each > 1 ? narrow : panels * length * table.panel;
    const Buffer packed(static_cast<std::size_t>(args.groups * group_floats));
    args.packed = pack.packed = packed.data();
    pack.length = length;
    pack.columns = args.group_outputs;
    pack.panels = panels;
    if (length > 0 && args.lanes_each > 1) {
        launch(table.pack_narrow, PackNarrowArgs{pack, run, args.lanes_each}, args.groups,
               4 * kElement * static_cast<double>(length * args.group_outputs));
    } else if (length > 0) {
        launch(table.pack, pack, args.groups * panels,
               kElement * static_cast<double>(length * table.panel));
    }

    const i64 buffer = block_floats(taps, args.row_block, args.row_step, line);
    const i64 scratch = 2 * taps.count + (args.gather ? table.tile_rows * length : 0) + buffer;
    const double products = static_cast<double>(args.row_block * args.columns) *
                            static_cast<double>(args.groups * group_floats);
    launch(table.window_product, args, args.n * args.row_blocks,
           kMultiplyAdd * products + kElement * static_cast<double>(buffer),
           static_cast<std::size_t>(scratch));
}

// Packs the weights as they lie in memory, [K][taps], then scatters the products.
void run_scatter(const ConvProblem& p, const float* weight, const float* g, float* dx) {
    if (p.n == 0) return;
    const KernelTable& table = kernels();
    const i64 length = p.weight_length(), outputs = p.group_outputs();
    const i64 panels = divide_up(length, table.panel), no_offset = 0;
    const Buffer packed(static_cast<std::size_t>(p.groups * panels * outputs * table.panel));
    PackArgs pack{};
    pack.w = weight;
    pack.packed = packed.data();
    pack.length = outputs;
    pack.columns = length;
    pack.length_stride = length;
    pack.column_stride = 1;
    pack.group_stride = outputs * length;
    pack.segments = 1;
    pack.segment_offsets = &no_offset;
    pack.panels = panels;
    launch(table.pack, pack, p.groups * panels,
           kElement * static_cast<double>(outputs * table.panel));

    const Taps taps = forward_taps(p);
    ScatterArgs args{};
    args.g = g;
    args.n = p.n;
    args.p = p.p;
    args.q = p.q;
    args.groups = p.groups;
    args.group_channels = p.group_channels();
    args.group_outputs = outputs;
    args.segments = taps.segments();
    args.row_step = p.stride[0];
    args.column_step = p.stride[1];
    args.row_origin = -p.padding[0];
    args.column_origin = -p.padding[1];
    args.packed = packed.data();
    args.dx = dx;
    args.h = p.h;
    args.w = p.w;
    args.c = p.c;
    // Blocks of rows repeat the products of the windows that reach into two of them: so there are
    // no more of them than the threads need, and as many whatever the batch.
    const i64 line = std::max(p.w, line_floats(args.segments, p.q, p.stride[1], 1)) + p.padding[1];
    if (line > kLargestBlock / (p.c * p.s))
        throw std::invalid_argument("a padded row is too large");
    const i64 step = p.stride[1] * p.c;
    const i64 sheets = divide_up(args.segments.run, step);
    args.row_block = std::clamp(8 * kBlockFloats / (line * p.c * sheets), i64{1}, p.h);
    args.row_blocks = divide_up(p.h, args.row_block);
    const double products = static_cast<double>(args.row_block * p.w) *
                            static_cast<double>(p.groups * panels * outputs * table.panel) /
                            static_cast<double>(p.stride[0] * p.stride[1]);
    launch(table.window_scatter, args, p.n * args.row_blocks, kMultiplyAdd * products,
           static_cast<std::size_t>(2 * args.segments.count + table.lanes +
                                    table.tile_rows * panels * table.panel +
                                    args.row_block * line * p.c * sheets));
}

// One channel: the rows of an image are lines, and the weights are used as they are.
void run_planes(WindowArgs& args, const float* weight) {
    if (args.n == 0 || args.rows <= 0 || args.columns <= 0) return;
    const Segments& taps = args.segments;
    const i64 length = taps.count * taps.run;
    const i64 line = line_floats(taps, args.columns, 1, 1);
    args.row_block = choose_row_block(args.n, args.rows, line);
    args.row_blocks = divide_up(args.rows, args.row_block);
    args.packed = weight;
    const i64 buffer = block_floats(taps, args.row_block, 1, line);
    const double products = static_cast<double>(args.row_block * args.columns) *
                            static_cast<double>(length * args.group_outputs);
    launch(kernels().window_planes, args, args.n * args.row_blocks, 2 * kMultiplyAdd * products,
           static_cast<std::size_t>(length * args.group_outputs + 2 * length + buffer +
                                    2 * kernels().lanes));
}

}  // namespace

void ConvProblem::check() const {
    i64 sizes[3] = {1, 1, 1};
    const i64 extents[3][4] = {{n, h, w, c}, {k, r, s, c}, {n, p, q, k}};
    for (int array = 0; array < 3; ++array)
        for (const i64 extent : extents[array]) {
            if (extent < 0 || extent > kLargestExtent)
                throw std::invalid_argument("a convolution's sizes must be from 0 to 2**31");
            sizes[array] *= std::max<i64>(1, extent);
            if (sizes[array] > kLargestSize)
                throw std::invalid_argument("a convolution's arrays must be below 2**60 floats");
        }
    for (int axis = 0; axis < 2; ++axis)
        if (stride[axis] < 1 || dilation[axis] < 1 || padding[axis] < 0 ||
            std::max({stride[axis], dilation[axis], padding[axis]}) > kLargestExtent)
            throw std::invalid_argument(
                "a convolution's stride, dilation or padding is out of range");
    if (r < 1 || s < 1 || c < 1 || k < 1 || groups < 1 || c % groups || k % groups)
        throw std::invalid_argument("a convolution's kernel, channels or groups do not fit");
}

void conv_forward(const ConvProblem& problem, ConvAlgorithm algorithm, const float* x,
                  const float* weight, const float* bias, float* y) {
    const ConvProblem& p = problem;
    const i64 length = p.weight_length();
    if (algorithm == ConvAlgorithm::kProduct) {
        matmul({x, p.c, 1}, {weight, 1, p.c}, bias, y, p.n * p.h * p.w, p.k, p.c);
        return;
    }
    const i64 no_offset = 0;
    PackArgs pack{};
    pack.w = weight;
    pack.length_stride = 1;
    pack.column_stride = length;
    pack.group_stride = p.group_outputs() * length;
    pack.segments = 1;
    pack.segment_offsets = &no_offset;

    const Taps taps = forward_taps(p);
    WindowArgs args{};
    args.x = x;
    args.n = p.n;
    args.h = p.h;
    args.w = p.w;
    args.c = p.c;
    args.groups = p.groups;
    args.group_channels = p.group_channels();
    args.group_outputs = p.group_outputs();
    args.segments = taps.segments();
    args.row_step = p.stride[0];
    args.column_step = p.stride[1];
    args.row_origin = -p.padding[0];
    args.column_origin = -p.padding[1];
    args.bias = bias;
    args.y = y;
    args.y_column = p.k;
    args.y_row = p.q * p.k;
    args.y_image = p.p * p.q * p.k;
    args.rows = p.p;
    args.columns = p.q;
    args.gather = algorithm == ConvAlgorithm::kGather;
    if (algorithm == ConvAlgorithm::kPlanes) {
        run_planes(args, weight);
    } else {
        run_window(args, pack);
    }
}

// Phase by phase: the inputs whose row and column leave the same remainders when divided by the
// stride are read by the same taps, so each phase is a convolution of g with stride 1.
void conv_input_grad(const ConvProblem& problem, ConvAlgorithm algorithm, const float* weight,
                     const float* g, float* dx) {
    const ConvProblem& p = problem;
    if (algorithm == ConvAlgorithm::kProduct) {
        matmul({g, p.k, 1}, {weight, p.c, 1}, nullptr, dx, p.n * p.h * p.w, p.c, p.k);
        return;
    }
    if (algorithm == ConvAlgorithm::kScatter) {
        run_scatter(p, weight, g, dx);
        return;
    }
    const i64 channels = p.group_channels(), outputs = p.group_outputs();
    const bool merged = p.groups == 1 && p.stride[1] == 1 && (p.dilation[1] == 1 || p.s == 1);
    for (i64 top = 0; top < std::min(p.stride[0], p.h); ++top)
        for (i64 left = 0; left < std::min(p.stride[1], p.w); ++left) {
            Taps taps;
            taps.run = merged ? p.s * p.k : outputs;
            taps.columns_per_run = merged ? p.s : 1;
            std::vector<i64> weights;
            for (i64 r = 0; r < p.r; ++r) {
                const i64 y = top + p.padding[0] - r * p.dilation[0];
                if (modulo(y, p.stride[0]) != 0) continue;
                // Backwards, so that what neighbouring taps read lies in ascending order.
                for (i64 s = p.s - 1; s >= 0; --s) {
                    const i64 x = left + p.padding[1] - s * p.dilation[1];
                    if (modulo(x, p.stride[1]) != 0) continue;
                    weights.push_back((r * p.s + s) * channels);
                    if (!merged || s == p.s - 1) taps.add(y / p.stride[0], x / p.stride[1]);
                }
            }
            PackArgs pack{};
            pack.w = weight;
            pack.segments = static_cast<i64>(weights.size());
            pack.length_stride = p.weight_length();
            pack.column_stride = 1;
            pack.group_stride = outputs * p.weight_length();
            pack.segment_offsets = weights.data();

            WindowArgs args{};
            args.x = g;
            args.n = p.n;
            args.h = p.p;
            args.w = p.q;
            args.c = p.k;
            args.groups = p.groups;
            args.group_channels = outputs;
            args.group_outputs = channels;
            args.segments = taps.segments();
            args.row_step = 1;
            args.column_step = 1;
            args.y = dx + (top * p.w + left) * p.c;
            args.y_column = p.stride[1] * p.c;
            args.y_row = p.stride[0] * p.w * p.c;
            args.y_image = p.h * p.w * p.c;
            args.rows = divide_up(p.h - top, p.stride[0]);
            args.columns = divide_up(p.w - left, p.stride[1]);
            args.gather = algorithm == ConvAlgorithm::kGather;
            run_window(args, pack);
        }
}

void conv_weight_grad(const ConvProblem& problem, ConvAlgorithm algorithm, const float* x,
                      const float* g, float* dw) {
    const ConvProblem& p = problem;
    const KernelTable& table = kernels();
    const i64 length = p.weight_length(), outputs = p.group_outputs();
    const bool planes = algorithm == ConvAlgorithm::kPlanes;
    const bool gather =
        algorithm == ConvAlgorithm::kGather || algorithm == ConvAlgorithm::kGatherTaps;
    const bool taps_in_lanes = planes || algorithm == ConvAlgorithm::kGatherTaps;
    const i64 panels = divide_up(outputs, table.panel);
    const i64 in_lanes = taps_in_lanes ? length : outputs;
    const i64 padded = divide_up(in_lanes, table.lanes) * table.lanes;
    const i64 floats = p.groups * (taps_in_lanes ? outputs : length) * padded;
    if (p.n == 0 || p.p == 0 || p.q == 0) {
        std::fill_n(dw, p.k * length, 0.0f);
        return;
    }
    const Taps taps = forward_taps(p);
    WeightGradArgs args{};
    args.x = x;
    args.g = g;
    args.n = p.n;
    args.h = p.h;
    args.w = p.w;
    args.c = p.c;
    args.groups = p.groups;
    args.group_channels = p.group_channels();
    args.group_outputs = outputs;
    args.segments = taps.segments();
    args.row_step = p.stride[0];
    args.column_step = p.stride[1];
    args.row_origin = -p.padding[0];
    args.column_origin = -p.padding[1];
    args.p = p.p;
    args.q = p.q;
    args.taps_in_lanes = taps_in_lanes;
    const i64 line = line_floats(args.segments, p.q, p.stride[1], p.c);
    i64 tiles = panels;
    if (gather) {
        args.column_block = divide_up(p.q, divide_up(p.q, kGatheredPositions));
        args.row_block = std::min(p.p, std::max<i64>(1, kGatheredPositions / p.q));
        args.row_block = divide_up(p.p, divide_up(p.p, args.row_block));
        tiles = divide_up(length, taps_in_lanes ? table.panel : table.tile_rows);
    } else {
        args.column_block = p.q;
        const i64 row =
            planes ? line + p.q * outputs : 2 * (line * p.stride[0] + p.q * panels * table.panel);
        args.row_block = choose_row_block(p.n, p.p, row);
    }
    args.row_blocks = divide_up(p.p, args.row_block);
    const i64 blocks = p.n * args.row_blocks;
    args.slots = std::clamp(kPartialFloats / floats, i64{1}, std::min(kSlots, blocks));
    args.parts = planes ? 1 : std::clamp(kUnits / args.slots, i64{1}, tiles);

    const Buffer partial(static_cast<std::size_t>(args.slots * floats));
    args.partial = partial.data();
    const i64 positions = args.row_block * args.column_block;
    const i64 buffer = block_floats(args.segments, args.row_block, p.stride[0], line);
    const i64 packed = positions * panels * table.panel;
    i64 scratch = 2 * (args.segments.count + args.row_block) +
                  (gather ? positions * table.panel : 0) + packed + buffer;
    if (planes)
        scratch = length * outputs * table.lanes +
                  outputs * args.row_block * divide_up(p.q, table.lanes) * table.lanes +
                  2 * length + buffer + 2 * table.lanes;
    const double products = static_cast<double>(divide_up(blocks, args.slots) * args.row_block) *
                            static_cast<double>(p.q) * static_cast<double>(floats);
    launch(planes   ? table.weight_grad_planes
           : gather ? table.weight_grad_gather
                    : table.weight_grad,
           args, args.slots * args.parts, kMultiplyAdd * products / static_cast<double>(args.parts),
           static_cast<std::size_t>(scratch));

    const float* total = partial.data();
    const Buffer reduced(static_cast<std::size_t>(args.slots > 1 ? floats : 1));
    if (args.slots > 1) {
        sum(partial.data(), reduced.data(), 1, args.slots, floats, 1.0);
        total = reduced.data();
    }
    if (taps_in_lanes) {
        for (i64 k = 0; k < p.k; ++k) std::copy_n(total + k * padded, length, dw + k * length);
        return;
    }
    TransposeArgs transpose{total,   dw,     length,
                            outputs, padded, divide_up(length, TransposeArgs::kRows)};
    launch(table.transpose, transpose, p.groups * transpose.blocks,
           kElement * static_cast<double>(TransposeArgs::kRows * outputs));
}

}  // namespace convolens
