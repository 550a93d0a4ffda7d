// Losses of scores against labels that count differently: cross-entropy with class weights,
// smoothing and labels to ignore, the negative log likelihood, and their gradients.
#include "kernels/rows.h"
#include "kernels/short_rows.h"
#include "kernels/terms.h"
#include "kernels/within.h"
#include "simd/math.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// A row's label: a class, or none where it is ignored.
constexpr i64 kNone = -1;

CONVOLENS_INLINE i64 label_of(const LabelArgs& args, i64 row) {
    const i64 label = args.labels[row];
    return label == args.ignored ? kNone : within(label, args.classes);
}

// How much a label counts.
CONVOLENS_INLINE float count_of(const LabelArgs& args, i64 label) {
    if (label == kNone) return 0.0f;
    return args.weight ? args.weight[label] : 1.0f;
}

template <class Count>
CONVOLENS_INLINE vec load_weight(const LabelArgs& args, i64 i, Count count) {
    return args.weight ? load(args.weight + i, count) : broadcast(1.0f);
}

void fill_zero(float* y, i64 length) {
    for_each_register(0, length, [&](i64 i, auto count) { store(y + i, vec{}, count); });
}

// What a label takes from its own slope, alone and with all others, and the shares' factor.
struct RowParts {
    float own, less, shares;
};

CONVOLENS_INLINE RowParts row_parts(const LabelArgs& args, i64 label) {
    // Without smoothing, no weight but the label's own counts, even if it is infinite.
    const bool smooth = args.every != 0.0f;
    const float own = args.own * count_of(args, label);
    const float weight = args.weight ? args.weight[label] : 1.0f;
    return {own, smooth ? args.every * weight : 0.0f,
            smooth ? own + args.every * args.weights : own};
}

// The loss of a row, given its largest score and the logarithm of its sum of exponentials.
CONVOLENS_INLINE void write_loss(const LabelArgs& args, i64 row, float largest, float total) {
    const i64 label = label_of(args, row);
    const float counts = count_of(args, label);
    args.counts[row] = counts;
    args.y[row] = 0.0f;
    if (label == kNone) return;
    const float* x = args.x + row * args.classes;
    float loss = args.own * ((total - (x[label] - largest)) * counts);
    if (args.every != 0.0f)
        loss += args.every * sum_of(args.classes, [&](i64 i, auto count) {
                    const vec below = load(x + i, count) - broadcast(largest);
                    return (broadcast(total) - below) * load_weight(args, i, count);
                });
    args.y[row] = loss;
}

void label_cross_entropy_short(const LabelArgs& args, i64 begin, i64 end) {
    for_each_group(begin, end, [&](i64 row, i64 rows) {
        ShortRows x{rows, args.classes, {}};
        x.read(args.x + row * args.classes);
        const vec largest = row_maxima(x);
        const vec total = simd::log(exponentials(x, largest));
        for (i64 i = 0; i < rows; ++i) write_loss(args, row + i, largest[i], total[i]);
    });
}

void label_cross_entropy_grad_short(const LabelArgs& args, i64 begin, i64 end) {
    for_each_group(begin, end, [&](i64 row, i64 rows) {
        ShortRows x{rows, args.classes, {}};
        x.read(args.x + row * args.classes);
        const vec total = exponentials(x, row_maxima(x));
        vec own{}, less{}, shares{}, g{}, right{};
        i64 label[kLanes];
        for (i64 i = 0; i < rows; ++i) {
            label[i] = label_of(args, row + i);
            if (label[i] == kNone) continue;
            const RowParts parts = row_parts(args, label[i]);
            own[i] = parts.own;
            less[i] = parts.less;
            shares[i] = parts.shares;
            g[i] = args.g[(row + i) * args.g_step] * args.factor;
            right[i] = x.at(i, label[i]);
        }
        const vec each = shares / total;
        for (i64 i = 0; i < x.length; ++i) {
            vec slope = x.column(i) * each;
            if (args.every != 0.0f)
                slope -= broadcast(args.every * (args.weight ? args.weight[i] : 1.0f));
            x.set_column(i, slope * g);
        }
        float* y = args.y + row * args.classes;
        x.write(y);
        const vec left = (right / total * shares - less - own) * g;
        for (i64 i = 0; i < rows; ++i) {
            if (label[i] == kNone)
                fill_zero(y + i * args.classes, args.classes);
            else
                y[i * args.classes + label[i]] = left[i];
        }
    });
}

}  // namespace

void label_counts(const LabelArgs& args, i64 begin, i64 end, float*) {
    for (i64 row = begin; row < end; ++row) args.counts[row] = count_of(args, label_of(args, row));
}

void label_cross_entropy(const LabelArgs& args, i64 begin, i64 end, float*) {
    if (args.classes <= kShortRow) return label_cross_entropy_short(args, begin, end);
    for (i64 row = begin; row < end; ++row) {
        const float* x = args.x + row * args.classes;
        const float largest = row_max(x, args.classes);
        write_loss(args, row, largest, log_of(row_sum_exp(x, nullptr, args.classes, largest)));
    }
}

void label_cross_entropy_grad(const LabelArgs& args, i64 begin, i64 end, float*) {
    if (args.classes <= kShortRow) return label_cross_entropy_grad_short(args, begin, end);
    for (i64 row = begin; row < end; ++row) {
        const i64 label = label_of(args, row);
        float* y = args.y + row * args.classes;
        if (label == kNone) {
            fill_zero(y, args.classes);
            continue;
        }
        const float* x = args.x + row * args.classes;
        const auto [own, less, shares] = row_parts(args, label);
        const float g = args.g[row * args.g_step] * args.factor;
        const float total = row_sum_exp(x, y, args.classes, row_max(x, args.classes));
        const double right = static_cast<double>(y[label]) / static_cast<double>(total);
        const vec each = broadcast(shares / total), upstream = broadcast(g);
        for_each_register(0, args.classes, [&](i64 i, auto count) {
            vec slope = load(y + i, count) * each;
            if (args.every != 0.0f) slope -= broadcast(args.every) * load_weight(args, i, count);
            store(y + i, slope * upstream, count);
        });
        const double slope = right * static_cast<double>(shares) - static_cast<double>(own) -
                             static_cast<double>(less);
        y[label] = static_cast<float>(slope * static_cast<double>(g));
    }
}

void nll_loss(const LabelArgs& args, i64 begin, i64 end, float*) {
    for (i64 row = begin; row < end; ++row) {
        const i64 label = label_of(args, row);
        const float counts = count_of(args, label);
        args.counts[row] = counts;
        args.y[row] = label == kNone ? 0.0f : -args.x[row * args.classes + label] * counts;
    }
}

void nll_loss_grad(const LabelArgs& args, i64 begin, i64 end, float*) {
    for (i64 row = begin; row < end; ++row) {
        float* y = args.y + row * args.classes;
        fill_zero(y, args.classes);
        const i64 label = label_of(args, row);
        if (label != kNone)
            y[label] = -count_of(args, label) * (args.g[row * args.g_step] * args.factor);
    }
}

}  // namespace convolens::CONVOLENS_ISA
