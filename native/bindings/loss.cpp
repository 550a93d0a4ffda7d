// Losses of pairs of numbers, of scores against labels, and distances; and their gradients.
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

using PairLoss = decltype(KernelTable::mse_loss);
using LabelLoss = decltype(KernelTable::nll_loss);

const float* read_or_null(nb::handle array, const char* name, const Array& like) {
    if (array.is_none()) return nullptr;
    const Array given = nb::cast<Array>(array);
    check_same(given, like);
    return given.read(name);
}

PairLossArgs pair_args(const Array& x, const Array& t, nb::handle w, nb::handle p, double parameter,
                       double factor) {
    check_same(x, t);
    PairLossArgs args{};
    args.x = x.read("x");
    args.t = t.read("t");
    args.w = read_or_null(w, "w", x);
    args.p = read_or_null(p, "p", x);
    args.size = x.size();
    args.parameter = static_cast<float>(parameter);
    args.factor = static_cast<float>(factor);
    return args;
}

// y: shaped as x, or a single number, which becomes factor times the sum of the losses. Returns
// whether all inputs are in their range.
template <PairLoss KernelTable::* kernel>
bool pair_loss(Array x, Array t, nb::handle w, nb::handle p, Array y, double parameter,
               double factor, double nanoseconds) {
    PairLossArgs args = pair_args(x, t, w, p, parameter, factor);
    args.each = y.rank() != 0 || x.rank() == 0;
    if (args.each) check_same(x, y);
    float* to = y.write("y");
    if (args.size == 0) {
        if (!args.each) *to = 0.0f;
        return true;
    }
    const i64 parts = divide_up(args.size, PairLossArgs::kPart);
    const WithoutGil without_gil;
    const Buffer sums(static_cast<std::size_t>(2 * parts));
    args.outside = sums.data() + parts;
    for (i64 i = 0; i < parts; ++i) args.outside[i] = 0.0f;
    args.y = args.each ? to : sums.data();
    launch(kernels().*kernel, args, parts,
           nanoseconds * static_cast<double>(std::min(args.size, PairLossArgs::kPart)));
    for (i64 i = 0; i < parts; ++i)
        if (args.outside[i] != 0.0f) return false;
    if (!args.each) sum(sums.data(), to, 1, parts, 1, args.factor);
    return true;
}

template <PairLoss KernelTable::* kernel>
void pair_loss_grad(Array x, Array t, nb::handle w, nb::handle p, Array g, Array y,
                    double parameter, double factor, double nanoseconds) {
    PairLossArgs args = pair_args(x, t, w, p, parameter, factor);
    check_same(x, y);
    if (g.rank() != 0) check_same(x, g);
    args.g = g.read("g");
    args.g_step = g.rank() == 0 ? 0 : 1;
    args.y = y.write("y");
    if (args.size == 0) return;
    const WithoutGil without_gil;
    launch(kernels().*kernel, args, args.size, nanoseconds);
}

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

DistanceArgs distance_args(const Array& a, const Array& b, double eps, bool squares) {
    check_same(a, b);
    if (a.rank() != 1 && a.rank() != 2) throw std::invalid_argument("a: expected rows of numbers");
    DistanceArgs args{};
    args.a = a.read("a");
    args.b = b.read("b");
    args.length = a.extent(a.rank() - 1);
    args.eps = static_cast<float>(eps);
    args.squares = squares;
    return args;
}

i64 rows_of(const Array& a) {
    return a.rank() == 2 ? a.extent(0) : 1;
}

void distance(Array a, Array b, Array y, double eps, bool squares) {
    DistanceArgs args = distance_args(a, b, eps, squares);
    args.y = a.rank() == 2 ? y.write("y", {a.extent(0)}) : y.write("y", {});
    const i64 rows = rows_of(a);
    const WithoutGil without_gil;
    launch(kernels().distance, args, rows, kElement * static_cast<double>(args.length) + 10);
}

void distance_grad(Array a, Array b, Array distance, Array g, Array y, double eps, bool squares) {
    DistanceArgs args = distance_args(a, b, eps, squares);
    check_same(a, y);
    check_same(distance, g);
    args.distance =
        a.rank() == 2 ? distance.read("distance", {a.extent(0)}) : distance.read("distance", {});
    args.g = g.read("g");
    args.y = y.write("y");
    const i64 rows = rows_of(a);
    const WithoutGil without_gil;
    launch(kernels().distance_grad, args, rows, kElement * static_cast<double>(args.length) + 10);
}

}  // namespace

void bind_loss(nb::module_& module) {
#define CONVOLENS_PAIR_LOSS(name, nanoseconds)                                                   \
    module.def(                                                                                  \
        #name,                                                                                   \
        [](Array x, Array t, nb::handle w, nb::handle p, Array y, double parameter,              \
           double factor) {                                                                      \
            return pair_loss<&KernelTable::name>(x, t, w, p, y, parameter, factor, nanoseconds); \
        },                                                                                       \
        nb::arg("x"), nb::arg("t"), nb::arg("w").none(), nb::arg("p").none(), nb::arg("y"),      \
        nb::arg("parameter"), nb::arg("factor"));                                                \
    module.def(                                                                                  \
        #name "_grad",                                                                           \
        [](Array x, Array t, nb::handle w, nb::handle p, Array g, Array y, double parameter,     \
           double factor) {                                                                      \
            pair_loss_grad<&KernelTable::name##_grad>(x, t, w, p, g, y, parameter, factor,       \
                                                      nanoseconds);                              \
        },                                                                                       \
        nb::arg("x"), nb::arg("t"), nb::arg("w").none(), nb::arg("p").none(), nb::arg("g"),      \
        nb::arg("y"), nb::arg("parameter"), nb::arg("factor"));
    CONVOLENS_PAIR_LOSS(mse_loss, kElement)
    CONVOLENS_PAIR_LOSS(l1_loss, kElement)
    CONVOLENS_PAIR_LOSS(smooth_l1_loss, kElement)
    CONVOLENS_PAIR_LOSS(huber_loss, kElement)
    CONVOLENS_PAIR_LOSS(bce_loss, 2 * kExponential)
    CONVOLENS_PAIR_LOSS(bce_with_logits, kExponential)
    CONVOLENS_PAIR_LOSS(kl_div, kExponential)
#undef CONVOLENS_PAIR_LOSS
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
    module.def("distance", &distance, nb::arg("a"), nb::arg("b"), nb::arg("y"), nb::arg("eps"),
               nb::arg("squares"));
    module.def("distance_grad", &distance_grad, nb::arg("a"), nb::arg("b"), nb::arg("distance"),
               nb::arg("g"), nb::arg("y"), nb::arg("eps"), nb::arg("squares"));
}

}  // namespace convolens
