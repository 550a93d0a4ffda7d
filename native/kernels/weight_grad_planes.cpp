// The weight gradient of one channel and few kernels: registers of neighbouring outputs.
#include "kernels/planes.h"
#include "kernels/strips.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Taps that are computed together: each register of the gradient serves all of them.
constexpr int kTaps = kRegisters >= 32 ? 3 : 1;

// Gradients [row][column][K] of a block as planes [K][row][column]; each row is filled up with
// zeros to whole registers.
void gradient_planes(const float* g, i64 rows, i64 columns, i64 outputs, float* planes, i64 plane) {
    constexpr typename Count<kLanes>::type lanes{};
    for (i64 first = 0; first < outputs; first += kPlanes) {
        const i64 count = outputs - first < kPlanes ? outputs - first : kPlanes;
        const float* from = g + first;
        float* to = planes + first * plane;
        for (i64 row = 0; row < rows; ++row)
            for (i64 at = 0; at < columns; at += kLanes, to += kLanes) {
                vec turned[kPlanes]{};
#pragma GCC unroll 2
                for (int block = 0; block < kLanes / kPlanes; ++block)
#pragma GCC unroll 8
                    for (int j = 0; j < kPlanes; ++j) {
                        vec x{};
                        if (at + block * kPlanes + j < columns) {
                            x = load_first(from, count);
                            from += outputs;
                        }
                        turned[j] = block == 0 ? x : second_block(turned[j], x, lanes);
                    }
                turn(turned);
#pragma GCC unroll 8
                for (int k = 0; k < kPlanes; ++k)
                    if (k < count) store(to + k * plane, turned[k]);
            }
    }
}

// sums[tap][k] += gradient[k] x pixels at the tap, lane by lane, over rows of `columns` outputs.
template <int Taps, int Outputs>
void add_products(const Line& line, i64 rows, i64 columns, i64 first_tap, const float* planes,
                  i64 plane, float* sums, i64 tap_step) {
    vec own[Taps][Outputs];
#pragma GCC unroll 4
    for (int t = 0; t < Taps; ++t)
#pragma GCC unroll 8
        for (int k = 0; k < Outputs; ++k) own[t][k] = load(sums + t * tap_step + k * kLanes);
    const float* pixels[Taps];
#pragma GCC unroll 4
    for (int t = 0; t < Taps; ++t) pixels[t] = line.pixels + line.offsets[first_tap + t];
    for (i64 row = 0; row < rows; ++row) {
        for (i64 at = 0; at < columns; at += kLanes) {
            // Lanes beyond the row are left out of the pixels too: 0 times infinity is not 0.
            const i64 lanes = columns - at < kLanes ? columns - at : kLanes;
            vec x[Taps];
#pragma GCC unroll 4
            for (int t = 0; t < Taps; ++t) x[t] = load_first(pixels[t] + at, lanes);
#pragma GCC unroll 8
            for (int k = 0; k < Outputs; ++k) {
                const vec gradient = load(planes + k * plane);
#pragma GCC unroll 4
                for (int t = 0; t < Taps; ++t) own[t][k] += x[t] * gradient;
            }
            planes += kLanes;
        }
#pragma GCC unroll 4
        for (int t = 0; t < Taps; ++t) pixels[t] += line.width;
    }
#pragma GCC unroll 4
    for (int t = 0; t < Taps; ++t)
#pragma GCC unroll 8
        for (int k = 0; k < Outputs; ++k) store(sums + t * tap_step + k * kLanes, own[t][k]);
}

using AddProducts = void (*)(const Line&, i64, i64, i64, const float*, i64, float*, i64);

template <int Taps, int... I>
CONVOLENS_INLINE AddProducts choose_products(i64 outputs, Indices<I...>) {
    static constexpr AddProducts all[] = {add_products<Taps, I + 1>...};
    return all[outputs - 1];
}

CONVOLENS_INLINE AddProducts choose_products(i64 taps, i64 outputs) {
    constexpr typename Count<kPlanes>::type all{};
    if constexpr (kTaps >= 3) {
        if (taps == 3) return choose_products<3>(outputs, all);
        if (taps == 2) return choose_products<2>(outputs, all);
    }
    return choose_products<1>(outputs, all);
}

}  // namespace

// Scratch: the sums, a register for each tap and output; the gradient's planes; that of a line.
void weight_grad_planes(const WeightGradArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 outputs = args.group_outputs;
    const i64 taps = args.segments.count * args.segments.run;
    const i64 blocks = args.n * args.row_blocks * args.strips;
    const i64 plane = args.row_block * ((widest_strip(args) + kLanes - 1) / kLanes * kLanes);
    float* sums = scratch;
    float* planes = sums + taps * outputs * kLanes;
    float* line_scratch = planes + outputs * plane;
    for (i64 slot = begin; slot < end; ++slot) {
        clear(sums, taps * outputs * kLanes);
        const i64 first_block = blocks * slot / args.slots;
        const i64 last_block = blocks * (slot + 1) / args.slots;
        for (i64 block = first_block; block < last_block; ++block) {
            const BlockPlace place = place_of_block(args, args.p, block);
            const i64 image = place.image, first_row = place.first_row, rows = place.rows;
            const WeightGradArgs strip = strip_of(args, place.strip);
            const Line line = padded_line(strip, image, first_row, rows, strip.q, line_scratch);
            gradient_planes(strip.g + (image * args.p + first_row) * args.g_row, rows, strip.q,
                            outputs, planes, plane);
            for (i64 first = 0; first < outputs; first += kPlanes) {
                const i64 count = outputs - first < kPlanes ? outputs - first : kPlanes;
                for (i64 tap = 0; tap < taps; tap += kTaps) {
                    const i64 together = taps - tap < kTaps ? taps - tap : kTaps;
                    choose_products(together, count)(
                        line, rows, strip.q, tap, planes + first * plane, plane,
                        sums + (tap * outputs + first) * kLanes, outputs * kLanes);
                }
            }
        }
        float* partial = args.partial + slot * outputs * taps;
        for (i64 k = 0; k < outputs; ++k)
            for (i64 tap = 0; tap < taps; ++tap)
                partial[k * taps + tap] = sum_lanes(load(sums + (tap * outputs + k) * kLanes));
    }
}

}  // namespace convolens::CONVOLENS_ISA
