// Convolution of one channel with few kernels: registers of neighbouring outputs.
#include "kernels/behind.h"
#include "kernels/parts.h"
#include "kernels/planes.h"
#include "kernels/strips.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Registers of neighbouring outputs at a time, if there are so many beside the pixels and a weight.
template <int Outputs>
constexpr int kColumns = 2 * Outputs + 3 <= kRegisters ? 2 : 1;

// sums[k][c] += weight[tap][k] x pixels[offset of tap + c kLanes ..]
template <int Outputs, int Columns>
CONVOLENS_INLINE void compute(const Line& line, i64 at, const float* weight, const float* bias,
                              vec (&sums)[Columns][kPlanes]) {
    vec own[Outputs][Columns];
#pragma GCC unroll 8
    for (int k = 0; k < Outputs; ++k)
#pragma GCC unroll 2
        for (int c = 0; c < Columns; ++c) own[k][c] = broadcast(bias ? bias[k] : 0.0f);
    for (i64 tap = 0; tap < line.taps; ++tap) {
        const float* x = line.pixels + at + line.offsets[tap];
        vec pixels[Columns];
#pragma GCC unroll 2
        for (int c = 0; c < Columns; ++c) pixels[c] = load(x + c * kLanes);
#pragma GCC unroll 8
        for (int k = 0; k < Outputs; ++k) {
            const vec w = broadcast(weight[k]);
#pragma GCC unroll 2
            for (int c = 0; c < Columns; ++c) own[k][c] += w * pixels[c];
        }
        weight += Outputs;
    }
#pragma GCC unroll 8
    for (int k = 0; k < kPlanes; ++k)
#pragma GCC unroll 2
        for (int c = 0; c < Columns; ++c)
            sums[c][k] = k < Outputs ? own[k < Outputs ? k : 0][c] : vec{};
}

// Where the next output goes. Those between the end of a row and the next row go nowhere.
struct Cursor {
    float* y;
    i64 step, column, columns, width;
    i64 left;  // on the line
};

CONVOLENS_INLINE void store_outputs(vec (&rows)[kPlanes], Cursor& cursor, i64 count) {
    constexpr typename Count<kLanes>::type lanes{};
    turn(rows);
    // Where others follow on the row, what is stored behind a pixel is written again.
    const i64 behind = (kPlanes - 1) / count;
    if (cursor.step == count && cursor.column + kLanes + behind <= cursor.columns &&
        cursor.left >= kLanes + behind) {
#pragma GCC unroll 2
        for (int block = 0; block < kLanes / kPlanes; ++block)
#pragma GCC unroll 8
            for (int j = 0; j < kPlanes; ++j) {
                store(cursor.y, block_of(rows[j], block, lanes), Over<kPlanes>{kPlanes});
                cursor.y += cursor.step;
            }
        cursor.column += kLanes;
        if (cursor.column == cursor.width) cursor.column = 0;
        cursor.left -= kLanes;
        return;
    }
#pragma GCC unroll 2
    for (int block = 0; block < kLanes / kPlanes; ++block)
#pragma GCC unroll 8
        for (int j = 0; j < kPlanes; ++j) {
            if (cursor.column < cursor.columns && cursor.left > 0) {
                store_first(cursor.y, block_of(rows[j], block, lanes), count);
                cursor.y += cursor.step;
            }
            if (++cursor.column == cursor.width) cursor.column = 0;
            --cursor.left;
        }
}

// What neighbouring outputs of the kernels from `first` on end with.
template <int Outputs>
CONVOLENS_INLINE void finish_planes(const Behind& behind, i64 first, vec (&sums)[kPlanes]) {
    if (behind.scale)
#pragma GCC unroll 8
        for (int k = 0; k < Outputs; ++k) sums[k] = normalized(behind, first + k, sums[k]);
    cut_off(behind, sums);
}

template <int Outputs>
void planes(const WindowArgs& args, const Line& line, i64 first, const float* weight, float* y) {
    Cursor cursor{y + first, args.y_column, 0, args.columns, line.width, line.length};
    const float* bias = args.bias ? args.bias + first : nullptr;
    constexpr int columns = kColumns<Outputs>;
    for (i64 at = 0; at < line.length; at += columns * kLanes) {
        vec sums[columns][kPlanes];
        compute<Outputs>(line, at, weight, bias, sums);
#pragma GCC unroll 2
        for (int c = 0; c < columns; ++c) {
            if (args.behind) finish_planes<Outputs>(*args.behind, first, sums[c]);
            store_outputs(sums[c], cursor, Outputs);
        }
    }
}

constexpr int kOneColumns = 4;

// Neighbouring outputs of one kernel, which are stored as they were computed.
template <int Columns, class Lanes>
CONVOLENS_INLINE void one_output(const Line& line, i64 at, const float* weight, float bias,
                                 const Behind* behind, float* y, Lanes lanes) {
    vec own[Columns];
#pragma GCC unroll 4
    for (int c = 0; c < Columns; ++c) own[c] = broadcast(bias);
    for (i64 tap = 0; tap < line.taps; ++tap) {
        const float* x = line.pixels + at + line.offsets[tap];
        const vec w = broadcast(weight[tap]);
#pragma GCC unroll 4
        for (int c = 0; c < Columns; ++c) own[c] += w * load(x + c * kLanes, lanes);
    }
    if (behind) {
        if (behind->scale)
#pragma GCC unroll 4
            for (int c = 0; c < Columns; ++c) own[c] = normalized(*behind, 0, own[c]);
        cut_off(*behind, own);
    }
#pragma GCC unroll 4
    for (int c = 0; c < Columns; ++c) store(y + c * kLanes, own[c], lanes);
}

// The line of a block of outputs: the image itself where all windows lie inside it.
Line line_of(const WindowArgs& args, i64 image, i64 first_row, i64 rows, float* scratch) {
    const Segments& taps = args.segments;
    const i64 top = args.row_origin + first_row + taps.dy_min;
    const i64 left = args.column_origin + taps.dx_min;
    const bool inside = top >= 0 && top + rows - 1 + taps.dy_max - taps.dy_min < args.h &&
                        left >= 0 && left + args.columns - 1 + taps.dx_max - taps.dx_min < args.w;
    if (!inside) return padded_line(args, image, first_row, rows, args.columns, scratch);
    i64* offsets = reinterpret_cast<i64*>(scratch);
    tap_offsets(taps, args.w, offsets);
    return {args.x + (image * args.h + top) * args.w + left, args.w,
            (rows - 1) * args.w + args.columns, taps.count * taps.run, offsets};
}

void one_plane(const WindowArgs& args, i64 image, i64 first_row, i64 rows, float* scratch,
               float* y) {
    const Line line = line_of(args, image, first_row, rows, scratch);
    const float bias = args.bias ? *args.bias : 0.0f;
    constexpr i64 kStep = kOneColumns * kLanes;
    for (i64 row = 0; row < rows; ++row, y += args.y_row) {
        const i64 start = row * line.width;
        i64 column = 0;
        for (; column + kStep <= args.columns; column += kStep)
            one_output<kOneColumns>(line, start + column, args.packed, bias, args.behind,
                                    y + column, Whole{});
        for_each_register(column, args.columns, [&](i64 i, auto lanes) {
            one_output<1>(line, start + i, args.packed, bias, args.behind, y + i, lanes);
        });
    }
}

using Planes = void (*)(const WindowArgs&, const Line&, i64, const float*, float*);

template <int... I>
CONVOLENS_INLINE Planes choose_planes(i64 outputs, Indices<I...>) {
    static constexpr Planes all[] = {planes<I + 1>...};
    return all[outputs - 1];
}

}  // namespace

void pack_planes(const PackPlanesArgs& args, i64, i64, float*) {
    cut_evenly(0, args.outputs, kPlanes, [&](i64 first, i64 count) {
        const float* w = args.w + first * args.taps;
        float* packed = args.packed + first * args.taps;
        for (i64 k = 0; k < count; ++k)
            for (i64 tap = 0; tap < args.taps; ++tap)
                packed[tap * count + k] = w[k * args.taps + tap];
    });
}

// Scratch: that of a line.
void window_planes(const WindowArgs& args, i64 begin, i64 end, float* scratch) {
    const i64 taps = args.segments.count * args.segments.run;
    const i64 outputs = args.group_outputs;
    for (i64 unit = begin; unit < end; ++unit) {
        const BlockPlace at = place_of_block(args, args.rows, unit);
        const WindowArgs strip = strip_of(args, at.strip);
        float* y = strip.y + at.image * args.y_image + at.first_row * args.y_row;
        if (outputs == 1 && args.y_column == 1) {
            one_plane(strip, at.image, at.first_row, at.rows, scratch, y);
            continue;
        }
        const Line line =
            padded_line(strip, at.image, at.first_row, at.rows, strip.columns, scratch);
        cut_evenly(0, outputs, kPlanes, [&](i64 first, i64 count) {
            choose_planes(count, typename Count<kPlanes>::type{})(strip, line, first,
                                                                  args.packed + first * taps, y);
        });
    }
}

}  // namespace convolens::CONVOLENS_ISA
