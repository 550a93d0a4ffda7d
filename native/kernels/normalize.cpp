// Numbers brought to mean 0 and variance 1, by columns or by rows, and the gradients of that.
#include "kernels/kernels.h"
#include "kernels/wide_sums.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Calls body(offset in the array, offset in the columns' numbers, lanes, rows) for the registers of
// units [begin, end); `rows` of them lie below each other and share the columns' numbers.
template <i64 Together, class Body>
CONVOLENS_INLINE void for_each_in_columns(ColumnsAffineArgs args, i64 begin, i64 end, Body&& body) {
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 outer = unit / args.blocks, first = unit % args.blocks * args.block;
        const i64 last = first + args.block < args.rows ? first + args.block : args.rows;
        const auto take = [&](i64 row, auto rows) CONVOLENS_INLINED {
            for_each_register(0, args.inner, [&](i64 i, auto lanes) CONVOLENS_INLINED {
                body((outer * args.rows + row) * args.inner + i, outer * args.inner + i, lanes,
                     rows);
            });
        };
        i64 row = first;
        for (; row + Together <= last; row += Together) take(row, Rows<Together>{});
        if constexpr (Together > 1)
            for (; row < last; ++row) take(row, Rows<1>{});
    }
}

double factor_of(const NormalizeRowsArgs& args, i64 row) {
    return 1.0 /
           __builtin_sqrt(static_cast<double>(args.variance[row]) + static_cast<double>(args.eps));
}

// Rows that share what they read of weight and bias.
constexpr i64 kBeside = 4;

template <i64 Rows>
CONVOLENS_INLINE void normalize_beside(const NormalizeRowsArgs& args, i64 row) {
    vec mean[Rows], factor[Rows];
    for (i64 j = 0; j < Rows; ++j) {
        mean[j] = broadcast(args.mean[row + j]);
        factor[j] = broadcast(static_cast<float>(factor_of(args, row + j)));
    }
    for_each_register(0, args.length, [&](i64 i, auto lanes) CONVOLENS_INLINED {
        const vec weight = args.weight ? load(args.weight + i, lanes) : broadcast(1.0f);
        const vec bias = args.bias ? load(args.bias + i, lanes) : vec{};
        for (i64 j = 0; j < Rows; ++j) {
            const i64 at = (row + j) * args.length + i;
            const vec standard = (load(args.x + at, lanes) - mean[j]) * factor[j];
            store(args.y + at, standard * weight + bias, lanes);
        }
    });
}

// How arrays are read and written: as what lies near, far away and asked for ahead, or larger than
// the caches, so that results are written past them.
enum class Place { kNear, kFar, kPast };

template <Place place, class Lanes>
CONVOLENS_INLINE vec read(const float* p, Lanes lanes) {
    if constexpr (place == Place::kNear) return load(p, lanes);
    return load_in_turn(p, lanes);
}

template <Place place, class Lanes>
CONVOLENS_INLINE void write(float* p, vec x, Lanes lanes) {
    if constexpr (place == Place::kNear) return store(p, x, lanes);
    if constexpr (place == Place::kFar) return store_in_turn(p, x, lanes);
    store_past(p, x, lanes);
}

// The nearer, the more rows at once: memory is read fastest in the order in which it lies.
constexpr i64 together(Place place) {
    return place == Place::kNear ? 4 : place == Place::kFar ? 2 : 1;
}

// The arguments by value: what is written cannot be one of them, so they stay in registers.
template <Place place, bool Adds, bool Rectifies>
CONVOLENS_INLINE void affine(ColumnsAffineArgs args, i64 begin, i64 end) {
    const vec most = broadcast(args.most);
    const auto body = [=](i64 first, i64 i, auto lanes, auto rows) CONVOLENS_INLINED {
        const vec centre = load(args.centre + i, lanes), scale = load(args.scale + i, lanes);
        const vec shift = load(args.shift + i, lanes);
        const i64 count = rows;
#pragma GCC unroll 4
        for (i64 row = 0; row < count; ++row) {
            const i64 at = first + row * args.inner;
            vec y[1]{(read<place>(args.x + at, lanes) - centre) * scale + shift};
            if constexpr (Adds) y[0] = y[0] + read<place>(args.addend + at, lanes);
            if constexpr (Rectifies) {
                rectify(y);
                y[0] = min(most, y[0]);  // in this order NaN stays
            }
            write<place>(args.y + at, y[0], lanes);
        }
    };
    for_each_in_columns<together(place)>(args, begin, end, body);
}

template <Place place>
CONVOLENS_INLINE void affine_any(const ColumnsAffineArgs& args, i64 begin, i64 end) {
    if (args.addend && args.relu)
        affine<place, true, true>(args, begin, end);
    else if (args.addend)
        affine<place, true, false>(args, begin, end);
    else if (args.relu)
        affine<place, false, true>(args, begin, end);
    else
        affine<place, false, false>(args, begin, end);
    if constexpr (place == Place::kPast) wait_for_past();
}

template <Place place>
CONVOLENS_INLINE void affine_grad(ColumnsAffineArgs args, i64 begin, i64 end) {
    const auto body = [=](i64 first, i64 i, auto lanes, auto rows) CONVOLENS_INLINED {
        const vec centre = load(args.centre + i, lanes), scale = load(args.scale + i, lanes);
        const vec shift = load(args.shift + i, lanes), slope = load(args.slope + i, lanes);
        const i64 count = rows;
#pragma GCC unroll 4
        for (i64 row = 0; row < count; ++row) {
            const i64 at = first + row * args.inner;
            const vec d = read<place>(args.x + at, lanes) - centre;
            const vec direct = read<place>(args.g + at, lanes) * scale;
            write<place>(args.y + at, direct - (shift + d * slope), lanes);
        }
    };
    for_each_in_columns<together(place)>(args, begin, end, body);
    if constexpr (place == Place::kPast) wait_for_past();
}

}  // namespace

void columns_affine(const ColumnsAffineArgs& args, i64 begin, i64 end, float*) {
    args.past  ? affine_any<Place::kPast>(args, begin, end)
    : args.far ? affine_any<Place::kFar>(args, begin, end)
               : affine_any<Place::kNear>(args, begin, end);
}

void columns_affine_grad(const ColumnsAffineArgs& args, i64 begin, i64 end, float*) {
    args.past  ? affine_grad<Place::kPast>(args, begin, end)
    : args.far ? affine_grad<Place::kFar>(args, begin, end)
               : affine_grad<Place::kNear>(args, begin, end);
}

void inverse_roots(const InverseRootArgs& args, i64 begin, i64 end, float*) {
    for_each_register(begin, end, [&](i64 i, auto lanes) {
        const Wide variance = widen(load(args.variance + i, lanes));
        const Wide root = square_root(variance + everywhere(args.eps));
        store(args.factor + i, everywhere(1.0) / root, lanes);
    });
}

void normalize_rows(const NormalizeRowsArgs& args, i64 begin, i64 end, float*) {
    i64 row = begin;
    for (; row + kBeside <= end; row += kBeside) normalize_beside<kBeside>(args, row);
    for (; row < end; ++row) normalize_beside<1>(args, row);
}

void normalize_rows_grad(const NormalizeRowsArgs& args, i64 begin, i64 end, float*) {
    for (i64 row = begin; row < end; ++row) {
        const float* x = args.x + row * args.length;
        const float* g = args.g + row * args.length;
        float* y = args.y + row * args.length;
        const vec mean = broadcast(args.mean[row]);
        const auto scaled = [&](i64 i, auto lanes) CONVOLENS_INLINED {
            const vec upstream = load(g + i, lanes);
            return args.weight ? upstream * load(args.weight + i, lanes) : upstream;
        };
        Wide plain_sum{}, product_sum{};
        // Lanes beyond the row hold 0 in g, so that they add nothing.
        const auto add = [&](i64 from, i64 registers, auto lanes) CONVOLENS_INLINED {
            vec some{}, products{};
            for (i64 j = 0; j < registers; ++j) {
                const vec upstream = scaled(from + j * kLanes, lanes);
                some += upstream;
                products += upstream * (load(x + from + j * kLanes, lanes) - mean);
            }
            plain_sum = plain_sum + widen(some);
            product_sum = product_sum + widen(products);
        };
        i64 first = 0;
        for (; first + kShort * kLanes <= args.length; first += kShort * kLanes)
            add(first, kShort, Whole{});
        for_each_register(first, args.length,
                          [&](i64 i, auto lanes) CONVOLENS_INLINED { add(i, 1, lanes); });
        const double plain = sum_lanes(plain_sum), product = sum_lanes(product_sum);
        const double factor = factor_of(args, row), share = 1.0 / static_cast<double>(args.length);
        const vec scale = broadcast(static_cast<float>(factor));
        const vec shift = broadcast(static_cast<float>(plain * share));
        const vec slope = broadcast(static_cast<float>(factor * factor * factor * product * share));
        for_each_register(0, args.length, [&](i64 i, auto lanes) {
            const vec d = load(x + i, lanes) - mean;
            store(y + i, (scaled(i, lanes) - shift) * scale - d * slope, lanes);
        });
    }
}

}  // namespace convolens::CONVOLENS_ISA
