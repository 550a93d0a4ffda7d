#include "runtime/conv/common.h"

#include <algorithm>
#include <stdexcept>

#include "runtime/past.h"

namespace convolens {

Segments Taps::segments() const {
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

// Where the window is dense and all channels take part.
bool rows_run_on(const ConvProblem& p) {
    return p.groups == 1 && (p.dilation[1] == 1 || p.s == 1);
}

Taps forward_taps(const ConvProblem& p) {
    Taps taps;
    const bool merged = rows_run_on(p);
    taps.run = merged ? p.s * p.c : p.group_channels();
    taps.columns_per_run = merged ? p.s : 1;
    for (i64 r = 0; r < p.r; ++r)
        for (i64 s = 0; s < (merged ? 1 : p.s); ++s) taps.add(r * p.dilation[0], s * p.dilation[1]);
    return taps;
}

ConvProblem one_group(const ConvProblem& p) {
    ConvProblem one = p;
    one.c = p.group_channels();
    one.k = p.group_outputs();
    one.groups = 1;
    return one;
}

Taps single_taps(const ConvProblem& p) {
    Taps taps;
    taps.run = 1;
    for (i64 r = 0; r < p.r; ++r)
        for (i64 s = 0; s < p.s; ++s) taps.add(r * p.dilation[0], s * p.dilation[1]);
    return taps;
}

TapPhase::TapPhase(const ConvProblem& p, i64 top, i64 left, Runs runs) : top(top), left(left) {
    const bool merged = runs == Runs::kChannels && p.stride[1] == 1 && rows_run_on(p);
    taps.run = runs == Runs::kSingle ? 1 : merged ? p.s * p.k : p.group_outputs();
    taps.columns_per_run = merged ? p.s : 1;
    for (i64 r = 0; r < p.r; ++r) {
        const i64 y = top + p.padding[0] - r * p.dilation[0];
        if (modulo(y, p.stride[0]) != 0) continue;
        // Backwards, so that what neighbouring taps read lies in ascending order.
        for (i64 s = p.s - 1; s >= 0; --s) {
            const i64 x = left + p.padding[1] - s * p.dilation[1];
            if (modulo(x, p.stride[1]) != 0) continue;
            weights.push_back(r * p.s + s);
            if (!merged || s == p.s - 1) taps.add(y / p.stride[0], x / p.stride[1]);
        }
    }
}

std::vector<TapPhase> tap_phases(const ConvProblem& p) {
    std::vector<TapPhase> phases;
    for (i64 top = 0; top < std::min(p.stride[0], p.h); ++top)
        for (i64 left = 0; left < std::min(p.stride[1], p.w); ++left)
            phases.emplace_back(p, top, left, Runs::kSingle);
    return phases;
}

i64 largest_row_block(i64 rows, i64 row_floats) {
    const i64 block = std::clamp(8 * kBlockFloats / std::max<i64>(1, row_floats), i64{1}, rows);
    return divide_up(rows, divide_up(rows, block));
}

i64 choose_row_block(i64 images, i64 rows, i64 row_floats, i64 units) {
    i64 block = std::clamp(kBlockFloats / std::max<i64>(1, row_floats), i64{1}, rows);
    while (block > 1 && images * divide_up(rows, block) < units) block = divide_up(block, 2);
    return divide_up(rows, divide_up(rows, block));
}

i64 strips_of(i64 rows, i64 columns, i64 shortest) {
    constexpr i64 kLongest = 512, kStrip = 256;
    const i64 for_threads = divide_up(kUnits, std::clamp(rows, i64{1}, kUnits));
    const i64 for_caches = columns > kLongest ? divide_up(columns, kStrip) : 1;
    return std::max({i64{1}, std::min(for_threads, columns / shortest), for_caches});
}

i64 line_floats(const Segments& taps, i64 columns, i64 column_step, i64 channels) {
    i64 floats = 0;
    if (__builtin_mul_overflow(columns - 1, column_step, &floats) ||
        __builtin_add_overflow(floats, taps.dx_max - taps.dx_min + 1, &floats) ||
        __builtin_mul_overflow(floats, channels, &floats) || floats > kLargestBlock)
        throw std::invalid_argument("a convolution's padded rows are too large");
    return floats;
}

i64 block_floats(const Segments& taps, i64 rows, i64 row_step, i64 line) {
    i64 floats = 0;
    if (__builtin_mul_overflow(rows - 1, row_step, &floats) ||
        __builtin_add_overflow(floats, taps.dy_max - taps.dy_min + 1, &floats) ||
        __builtin_mul_overflow(floats, line, &floats) || floats > kLargestBlock)
        throw std::invalid_argument("a convolution's padded rows are too large");
    return floats;
}

WindowArgs forward_args(const ConvProblem& p, const Taps& taps, const float* x, const float* bias,
                        float* y) {
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
    args.behind = p.behind;
    args.past = !reads_addend(p.behind) && tiles_go_past(y, args.n * args.y_image, p.k);
    return args;
}

WindowArgs phase_args(const ConvProblem& p, i64 top, i64 left, const Taps& taps, const float* g,
                      const float* bias, float* dx, i64 channels) {
    WindowArgs args{};
    args.x = g;
    args.n = p.n;
    args.h = p.p;
    args.w = p.q;
    args.c = p.k;
    args.groups = p.groups;
    args.group_channels = p.group_outputs();
    args.group_outputs = p.group_channels();
    args.segments = taps.segments();
    args.row_step = 1;
    args.column_step = 1;
    args.bias = bias;
    args.y = dx + (top * p.w + left) * channels;
    args.y_column = p.stride[1] * channels;
    args.y_row = p.stride[0] * p.w * channels;
    args.y_image = p.h * p.w * channels;
    args.rows = divide_up(p.h - top, p.stride[0]);
    args.columns = divide_up(p.w - left, p.stride[1]);
    args.past = tiles_go_past(dx, args.n * args.y_image, channels);
    return args;
}

ScatteredArgs scattered_args(const ConvProblem& p, const float* packed, const float* g,
                             const float* bias, float* dx) {
    ScatteredArgs args{};
    args.g = g;
    args.n = p.n;
    args.p = p.p;
    args.q = p.q;
    args.row_step = p.stride[0];
    args.column_step = p.stride[1];
    args.row_origin = -p.padding[0];
    args.column_origin = -p.padding[1];
    args.packed = packed;
    args.bias = bias;
    args.dx = dx;
    args.h = p.h;
    args.w = p.w;
    args.c = p.c;
    args.strips = strips_of(p.h, p.w, kSummedColumns);
    return args;
}

WeightGradArgs weight_grad_args(const ConvProblem& p, const Taps& taps, const float* x,
                                const float* g) {
    WeightGradArgs args{};
    args.x = x;
    args.g = g;
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
    args.p = p.p;
    args.q = p.q;
    args.g_row = p.q * p.k;
    return args;
}

}  // namespace convolens
