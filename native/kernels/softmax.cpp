// Softmax, log-softmax and cross-entropy along contiguous rows, and their gradients.
#include "kernels/rows.h"
#include "kernels/short_rows.h"
#include "kernels/within.h"
#include "simd/divide.h"

namespace convolens::CONVOLENS_ISA {
namespace {

CONVOLENS_INLINE i64 label_of(const CrossEntropyArgs& args, i64 row) {
    return within(args.labels[row], args.classes);
}

template <class F>
CONVOLENS_INLINE float row_total(i64 length, F f) {
    vec total{};
    for_each_register(0, length, [&](i64 i, auto count) { total += f(i, count); });
    return sum_lanes(total);
}

void softmax_short(const RowsArgs& args, i64 begin, i64 end) {
    for_each_group(begin, end, [&](i64 row, i64 rows) {
        ShortRows x{rows, args.length, {}};
        x.read(args.a + row * args.length);
        const Divisor total(exponentials(x, row_maxima(x)));
        for (i64 i = 0; i < x.length; ++i) x.set_column(i, total.divide(x.column(i)));
        x.write(args.y + row * args.length);
    });
}

void softmax_grad_short(const RowsArgs& args, i64 begin, i64 end) {
    for_each_group(begin, end, [&](i64 row, i64 rows) {
        ShortRows y{rows, args.length, {}}, g{rows, args.length, {}};
        y.read(args.a + row * args.length);
        g.read(args.b + row * args.length);
        const vec mean = sum_columns(y.length, [&](i64 i) { return g.column(i) * y.column(i); });
        for (i64 i = 0; i < y.length; ++i) y.set_column(i, y.column(i) * (g.column(i) - mean));
        y.write(args.y + row * args.length);
    });
}

void log_softmax_short(const RowsArgs& args, i64 begin, i64 end) {
    for_each_group(begin, end, [&](i64 row, i64 rows) {
        ShortRows x{rows, args.length, {}};
        x.read(args.a + row * args.length);
        const vec largest = row_maxima(x);
        const vec total = simd::log(
            sum_columns(x.length, [&](i64 i) { return exp_of_negative(x.column(i) - largest); }));
        for (i64 i = 0; i < x.length; ++i) x.set_column(i, (x.column(i) - largest) - total);
        x.write(args.y + row * args.length);
    });
}

void log_softmax_grad_short(const RowsArgs& args, i64 begin, i64 end) {
    for_each_group(begin, end, [&](i64 row, i64 rows) {
        ShortRows y{rows, args.length, {}}, g{rows, args.length, {}};
        y.read(args.a + row * args.length);
        g.read(args.b + row * args.length);
        const vec total = sum_columns(y.length, [&](i64 i) { return g.column(i); });
        for (i64 i = 0; i < y.length; ++i)
            y.set_column(i, g.column(i) - simd::exp(y.column(i)) * total);
        y.write(args.y + row * args.length);
    });
}

void cross_entropy_short(const CrossEntropyArgs& args, i64 begin, i64 end) {
    for_each_group(begin, end, [&](i64 row, i64 rows) {
        ShortRows x{rows, args.classes, {}};
        x.read(args.logits + row * args.classes);
        vec right{};
        for (i64 i = 0; i < rows; ++i) right[i] = x.at(i, label_of(args, row + i));
        const vec largest = row_maxima(x);
        const vec loss = simd::log(exponentials(x, largest)) - (right - largest);
        store(args.y + row, loss, rows);
    });
}

void cross_entropy_grad_short(const CrossEntropyArgs& args, i64 begin, i64 end) {
    for_each_group(begin, end, [&](i64 row, i64 rows) {
        ShortRows x{rows, args.classes, {}};
        x.read(args.logits + row * args.classes);
        const vec total = exponentials(x, row_maxima(x));
        vec right{}, weight{};
        for (i64 i = 0; i < rows; ++i) {
            right[i] = x.at(i, label_of(args, row + i));
            weight[i] = args.g[(row + i) * args.g_step] * args.factor;
        }
        const vec share = weight / total;
        for (i64 i = 0; i < x.length; ++i) x.set_column(i, x.column(i) * share);
        float* y = args.y + row * args.classes;
        x.write(y);
        // Not the product minus the weight: that would be NaN where the weight is infinite.
        const vec left = (right / total - broadcast(1.0f)) * weight;
        for (i64 i = 0; i < rows; ++i) y[i * args.classes + label_of(args, row + i)] = left[i];
    });
}

}  // namespace

void softmax(const RowsArgs& args, i64 begin, i64 end, float*) {
    if (args.length <= kShortRow) return softmax_short(args, begin, end);
    for (i64 row = begin; row < end; ++row) {
        const float* x = args.a + row * args.length;
        float* y = args.y + row * args.length;
        const Divisor total(broadcast(row_sum_exp(x, y, args.length, row_max(x, args.length))));
        for_each_register(0, args.length, [&](i64 i, auto count) {
            store(y + i, total.divide(load(y + i, count)), count);
        });
    }
}

void softmax_grad(const RowsArgs& args, i64 begin, i64 end, float*) {
    if (args.length <= kShortRow) return softmax_grad_short(args, begin, end);
    for (i64 row = begin; row < end; ++row) {
        const float* y = args.a + row * args.length;
        const float* g = args.b + row * args.length;
        float* dx = args.y + row * args.length;
        const vec mean = broadcast(row_total(args.length, [&](i64 i, auto count) {
            return load(g + i, count) * load(y + i, count);
        }));
        for_each_register(0, args.length, [&](i64 i, auto count) {
            store(dx + i, load(y + i, count) * (load(g + i, count) - mean), count);
        });
    }
}

void log_softmax(const RowsArgs& args, i64 begin, i64 end, float*) {
    if (args.length <= kShortRow) return log_softmax_short(args, begin, end);
    for (i64 row = begin; row < end; ++row) {
        const float* x = args.a + row * args.length;
        float* y = args.y + row * args.length;
        const float largest = row_max(x, args.length);
        const vec shift = broadcast(largest);
        const vec total = broadcast(log_of(row_sum_exp(x, nullptr, args.length, largest)));
        for_each_register(0, args.length, [&](i64 i, auto count) {
            store(y + i, (load(x + i, count) - shift) - total, count);
        });
    }
}

void log_softmax_grad(const RowsArgs& args, i64 begin, i64 end, float*) {
    if (args.length <= kShortRow) return log_softmax_grad_short(args, begin, end);
    for (i64 row = begin; row < end; ++row) {
        const float* y = args.a + row * args.length;
        const float* g = args.b + row * args.length;
        float* dx = args.y + row * args.length;
        const vec total = broadcast(
            row_total(args.length, [&](i64 i, auto count) { return load(g + i, count); }));
        for_each_register(0, args.length, [&](i64 i, auto count) {
            store(dx + i, load(g + i, count) - simd::exp(load(y + i, count)) * total, count);
        });
    }
}

void cross_entropy(const CrossEntropyArgs& args, i64 begin, i64 end, float*) {
    if (args.classes <= kShortRow) return cross_entropy_short(args, begin, end);
    for (i64 row = begin; row < end; ++row) {
        const float* x = args.logits + row * args.classes;
        const float largest = row_max(x, args.classes);
        const float total = row_sum_exp(x, nullptr, args.classes, largest);
        args.y[row] = log_of(total) - (x[label_of(args, row)] - largest);
    }
}

void cross_entropy_grad(const CrossEntropyArgs& args, i64 begin, i64 end, float*) {
    if (args.classes <= kShortRow) return cross_entropy_grad_short(args, begin, end);
    for (i64 row = begin; row < end; ++row) {
        const float* x = args.logits + row * args.classes;
        float* y = args.y + row * args.classes;
        const float total = row_sum_exp(x, y, args.classes, row_max(x, args.classes));
        const float weight = args.g[row * args.g_step] * args.factor;
        const double right =
            static_cast<double>(y[label_of(args, row)]) / static_cast<double>(total);
        const vec share = broadcast(weight / total);
        for_each_register(0, args.classes, [&](i64 i, auto count) {
            store(y + i, load(y + i, count) * share, count);
        });
        // Not the product minus the weight: that would be NaN where the weight is infinite.
        y[label_of(args, row)] = static_cast<float>((right - 1.0) * static_cast<double>(weight));
    }
}

}  // namespace convolens::CONVOLENS_ISA
