// Losses of pairs of numbers, and their gradients.
#include <algorithm>

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

}  // namespace

void bind_pair_loss(nb::module_& module) {
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
}

}  // namespace convolens
