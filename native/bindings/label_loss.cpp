// Losses of scores against labels, which may count differently, and their gradients.
#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/topics.h"
#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/sum.h"

namespace nb = nanobind;

namespace convolens {
namespace {

using LabelLoss = decltype(KernelTable::nll_loss);

// Labels are checked: each is in range, or `ignored`.
LabelArgs label_args(const Array& x, const Array& labels, nb::handle weight, i64 ignored,
                     double smoothing) {
    if (x.rank() != 2 || x.extent(1) < 1) throw std::invalid_argument("x: expected rows of scores");
    LabelArgs args{};
    args.x = x.read("x");
    args.labels = labels.read_int64("labels", {x.extent(0)});
    args.ignored = ignored;
    args.classes = x.extent(1);
    args.own = static_cast<float>(1.0 - smoothing);
    args.every = static_cast<float>(smoothing / static_cast<double>(args.classes));
    double weights = static_cast<double>(args.classes);
    if (!weight.is_none()) {
        args.weight = nb::cast<Array>(weight).read("weight", {args.classes});
        weights = 0.0;
        for (i64 i = 0; i < args.classes; ++i) weights += static_cast<double>(args.weight[i]);
    }
    args.weights = static_cast<float>(weights);
    for (i64 row = 0; row < x.extent(0); ++row)
        if ((args.labels[row] < 0 || args.labels[row] >= args.classes) &&
            args.labels[row] != ignored)
            throw nb::index_error("a label is out of range");
    return args;
}

double row_cost(const LabelArgs& args, bool exponentials) {
    return (exponentials ? kExponential : kElement) * static_cast<double>(args.classes) + 40;
}

// What a mean is divided by, given what all labels count together: NaN if that is nothing.
float divisor(float total) {
    return total == 0.0f ? __builtin_nanf("") : total;
}

// losses: [N], or a single number, which becomes their sum, divided by their counts for the mean.
template <LabelLoss KernelTable::* kernel>
void label_loss(Array x, Array labels, nb::handle weight, Array losses, i64 ignored,
                double smoothing, bool mean, bool exponentials) {
    LabelArgs args = label_args(x, labels, weight, ignored, smoothing);
    const i64 rows = x.extent(0);
    const bool reduce = losses.rank() == 0;
    float* to = reduce ? losses.write("losses", {}) : losses.write("losses", {rows});
    const WithoutGil without_gil;
    const Buffer each(static_cast<std::size_t>(2 * rows + 1));
    args.counts = each.data() + rows;
    args.y = reduce ? each.data() : to;
    launch(kernels().*kernel, args, rows, exponentials ? row_cost(args, true) : 40);
    if (!reduce) return;
    sum(each.data(), to, 1, rows, 1, 1.0f);
    if (!mean) return;
    float total = 0.0f;
    sum(args.counts, &total, 1, rows, 1, 1.0f);
    *to /= divisor(total);
}

template <LabelLoss KernelTable::* kernel>
void label_loss_grad(Array x, Array labels, nb::handle weight, Array g, Array y, i64 ignored,
                     double smoothing, bool mean, bool exponentials) {
    LabelArgs args = label_args(x, labels, weight, ignored, smoothing);
    const i64 rows = x.extent(0);
    args.g = g.rank() == 0 ? g.read("g", {}) : g.read("g", {rows});
    args.g_step = g.rank() == 0 ? 0 : 1;
    args.y = y.write("y", {rows, args.classes});
    args.factor = 1.0f;
    const WithoutGil without_gil;
    if (mean) {
        const Buffer counts(static_cast<std::size_t>(rows + 1));
        args.counts = counts.data();
        launch(kernels().label_counts, args, rows, kElement);
        float total = 0.0f;
        sum(counts.data(), &total, 1, rows, 1, 1.0f);
        args.factor = 1.0f / divisor(total);
    }
    launch(kernels().*kernel, args, rows, row_cost(args, exponentials));
}

}  // namespace

void bind_label_loss(nb::module_& module) {
#define CONVOLENS_LABEL_LOSS(name, exponentials)                                                  \
    module.def(                                                                                   \
        #name,                                                                                    \
        [](Array x, Array labels, nb::handle weight, Array losses, i64 ignored, double smoothing, \
           bool mean) {                                                                           \
            label_loss<&KernelTable::name>(x, labels, weight, losses, ignored, smoothing, mean,   \
                                           exponentials);                                         \
        },                                                                                        \
        nb::arg("x"), nb::arg("labels"), nb::arg("weight").none(), nb::arg("losses"),             \
        nb::arg("ignored"), nb::arg("smoothing"), nb::arg("mean"));                               \
    module.def(                                                                                   \
        #name "_grad",                                                                            \
        [](Array x, Array labels, nb::handle weight, Array g, Array y, i64 ignored,               \
           double smoothing, bool mean) {                                                         \
            label_loss_grad<&KernelTable::name##_grad>(x, labels, weight, g, y, ignored,          \
                                                       smoothing, mean, exponentials);            \
        },                                                                                        \
        nb::arg("x"), nb::arg("labels"), nb::arg("weight").none(), nb::arg("g"), nb::arg("y"),    \
        nb::arg("ignored"), nb::arg("smoothing"), nb::arg("mean"));
    CONVOLENS_LABEL_LOSS(label_cross_entropy, true)
    CONVOLENS_LABEL_LOSS(nll_loss, false)
#undef CONVOLENS_LABEL_LOSS
}

}  // namespace convolens
