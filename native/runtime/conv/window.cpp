// Register tiles of neighbouring outputs, read where they lie or from patches laid side by side.
#include <algorithm>
#include <vector>

#include "runtime/conv/algorithms.h"
#include "runtime/conv/common.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

// With more weights than this, their floats are what is read most. Rows then share them, and units
// are made by panels instead.
constexpr i64 kManyWeights = 128 * 1024;
// The products of runs shorter than this, or of a single run, are listed one by one if the sums are
// short.
constexpr i64 kListedRun = 16;

// How the weights of a window lie: in panels, or for a few outputs several lanes each (narrow.h).
struct Layout {
    i64 length, run, panels;
    i64 lanes_each;
    i64 group_floats;
};

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

Layout layout_of(const Segments& taps, i64 outputs, bool gather) {
    const KernelTable& table = kernels();
    Layout layout{};
    layout.length = taps.count * taps.run;
    layout.run = std::max<i64>(1, gather ? layout.length : taps.run);
    layout.panels = divide_up(outputs, table.panel);
    layout.lanes_each = choose_lanes_each(table.lanes, outputs, layout.run);
    const i64 registers = layout.length / layout.run * divide_up(layout.run, layout.lanes_each);
    layout.group_floats = layout.lanes_each > 1 ? registers * table.lanes
                                                : layout.panels * layout.length * table.panel;
    return layout;
}

void pack(PackArgs& args, const Layout& layout, i64 groups, i64 outputs, float* packed) {
    if (layout.length == 0) return;
    const KernelTable& table = kernels();
    args.packed = packed;
    args.length = layout.length;
    args.columns = outputs;
    args.panels = layout.panels;
    if (layout.lanes_each > 1) {
        launch(table.pack_narrow, PackNarrowArgs{args, layout.run, layout.lanes_each}, groups,
               4 * kElement * static_cast<double>(layout.length * outputs));
    } else {
        launch(table.pack, args, groups * layout.panels,
               (args.column_stride == 1 ? kElement : kTransposed) *
                   static_cast<double>(layout.length * table.panel));
    }
}

// `args` lacks only what follows from the layout and the machine.
void run(WindowArgs& args, const Layout& layout, const float* packed) {
    if (args.rows <= 0 || args.columns <= 0) return;
    const KernelTable& table = kernels();
    const Segments& taps = args.segments;
    const i64 channels = args.each_group ? args.group_channels : args.c;
    const bool many_weights =
        args.groups == 1 && layout.lanes_each == 1 && layout.group_floats > kManyWeights;
    args.strips = strips_of(many_weights ? kUnits : args.rows, args.columns);
    const i64 columns = divide_up(args.columns, args.strips);
    const i64 line = line_floats(taps, columns, args.column_step, channels);
    const i64 images = args.n * args.strips;
    const double row = kMultiplyAdd * static_cast<double>(columns) *
                       static_cast<double>(args.groups * layout.group_floats);
    if (args.each_group) {
        args.row_block = largest_row_block(args.rows, 16 * line * args.row_step);
        args.row_blocks = divide_up(args.rows, args.row_block);
        args.parts = std::clamp(divide_up(kUnits, images * args.row_blocks), i64{1}, args.groups);
    } else if (many_weights) {
        args.row_block = largest_row_block(args.rows, line * args.row_step);
        args.row_blocks = divide_up(args.rows, args.row_block);
        args.parts = std::clamp(divide_up(kUnits, images * args.row_blocks), i64{1}, layout.panels);
    } else {
        const i64 units = units_of(row * static_cast<double>(images * args.rows));
        args.row_block = choose_row_block(images, args.rows, line * args.row_step, units);
        args.row_blocks = divide_up(args.rows, args.row_block);
    }
    args.lanes_each = layout.lanes_each;
    args.list = !args.gather && layout.lanes_each == 1 && layout.length <= kShortSum &&
                (taps.run < kListedRun || taps.count == 1);
    args.packed = packed;
    const i64 buffer = block_floats(taps, args.row_block, args.row_step, line);
    const i64 scratch = offset_floats(taps.count + (args.list ? layout.length : 0)) +
                        (args.gather ? table.tile_rows * layout.length : 0) + buffer;
    launch(table.window_product, args, args.parts * images * args.row_blocks,
           row * static_cast<double>(args.row_block) / static_cast<double>(args.parts) +
               kElement * static_cast<double>(buffer),
           static_cast<std::size_t>(scratch));
}

// Groups with fewer channels, or where few taps read a pixel, are read where they lie.
constexpr i64 kCopiedChannels = 16;

// Whether the channels of each group are copied side by side before they are read.
template <bool gather>
bool copies_groups(const ConvProblem& p) {
    const i64 least = std::min(p.group_channels(), p.group_outputs());
    return p.groups > 1 && !gather && least >= kCopiedChannels && p.r * p.s > 1 &&
           p.stride[0] * p.stride[1] == 1;
}

// The convolution whose taps are read.
template <bool gather>
ConvProblem as_read(const ConvProblem& p) {
    return copies_groups<gather>(p) ? one_group(p) : p;
}

// The same convolution of images of one row, where each output reads its own pixel alone: so all
// tiles but the last are whole, whatever the width.
ConvProblem in_one_row(const ConvProblem& p) {
    const bool same = p.r == 1 && p.s == 1 && p.stride[0] == 1 && p.stride[1] == 1 && p.p == p.h &&
                      p.q == p.w && p.padding[0] == 0 && p.padding[1] == 0;
    if (!same) return p;
    ConvProblem row = p;
    row.h = row.p = 1;
    row.w = row.q = p.h * p.w;
    return row;
}

// Calls body(phase, layout, offset of its weights) for all phases.
template <bool gather, class Body>
i64 for_each_phase(const ConvProblem& p, Body body) {
    i64 offset = 0;
    for (i64 top = 0; top < std::min(p.stride[0], p.h); ++top)
        for (i64 left = 0; left < std::min(p.stride[1], p.w); ++left) {
            // Of one group where its channels are copied side by side.
            const TapPhase phase(as_read<gather>(p), top, left, Runs::kChannels);
            const Layout layout = layout_of(phase.taps.segments(), p.group_channels(), gather);
            body(phase, layout, offset);
            offset += p.groups * layout.group_floats;
        }
    return offset;
}

template <bool gather>
std::size_t floats(const ConvProblem& p, Pass pass) {
    if (pass == Pass::kInputGrad)
        return static_cast<std::size_t>(
            for_each_phase<gather>(p, [](const TapPhase&, const Layout&, i64) {}));
    const Taps taps = forward_taps(as_read<gather>(p));
    return static_cast<std::size_t>(
        p.groups * layout_of(taps.segments(), p.group_outputs(), gather).group_floats);
}

template <bool gather>
void pack_weights(const ConvProblem& p, Pass pass, const float* weight, float* packed) {
    const i64 length = p.weight_length(), no_offset = 0;
    PackArgs args{};
    args.w = weight;
    args.group_stride = p.group_outputs() * length;
    if (pass == Pass::kForward) {
        args.length_stride = 1;
        args.column_stride = length;
        args.segments = 1;
        args.segment_offsets = &no_offset;
        const Taps taps = forward_taps(as_read<gather>(p));
        pack(args, layout_of(taps.segments(), p.group_outputs(), gather), p.groups,
             p.group_outputs(), packed);
        return;
    }
    args.length_stride = length;
    args.column_stride = 1;
    for_each_phase<gather>(p, [&](const TapPhase& phase, const Layout& layout, i64 offset) {
        std::vector<i64> begins = phase.weights;
        for (i64& begin : begins) begin *= p.group_channels();
        args.segments = static_cast<i64>(begins.size());
        args.segment_offsets = begins.data();
        pack(args, layout, p.groups, p.group_channels(), packed + offset);
    });
}

template <bool gather>
void forward(const ConvProblem& all, const float* packed, const float* x, const float* bias,
             float* y) {
    const ConvProblem p = in_one_row(all);
    const Taps taps = forward_taps(as_read<gather>(p));
    WindowArgs args = forward_args(p, taps, x, bias, y);
    args.gather = gather;
    args.each_group = copies_groups<gather>(p);
    run(args, layout_of(args.segments, p.group_outputs(), gather), packed);
}

template <bool gather>
void input_grad(const ConvProblem& all, const float* packed, const float* g, const float* bias,
                float* dx) {
    const ConvProblem p = in_one_row(all);
    for_each_phase<gather>(p, [&](const TapPhase& phase, const Layout& layout, i64 offset) {
        WindowArgs args = phase_args(p, phase.top, phase.left, phase.taps, g, bias, dx, p.c);
        args.gather = gather;
        args.each_group = copies_groups<gather>(p);
        run(args, layout, packed + offset);
    });
}

}  // namespace

const ConvAlgorithm direct = {.name = "direct",
                              .floats = floats<false>,
                              .pack = pack_weights<false>,
                              .forward = forward<false>,
                              .input_grad = input_grad<false>,
                              .weight_grad = direct_weight_grad};
const ConvAlgorithm gather = {.name = "gather",
                              .floats = floats<true>,
                              .pack = pack_weights<true>,
                              .forward = forward<true>,
                              .input_grad = input_grad<true>,
                              .weight_grad = gather_weight_grad};

}  // namespace convolens
