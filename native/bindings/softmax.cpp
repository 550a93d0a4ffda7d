// Softmax and its kin along rows, and cross-entropy.
#include <algorithm>

#include "bindings/array.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/sum.h"

namespace nb = nanobind;

namespace convolens {
namespace {

using Rows = decltype(KernelTable::softmax);

i64 row_length(const Array& x) {
    if (x.rank() == 0) throw std::invalid_argument("expected at least one dimension");
    return x.extent(x.rank() < 3 ? x.rank() - 1 : 1);  // the innermost axis in memory
}

template <Rows KernelTable::* kernel>
void launch_rows(const RowsArgs& args, const Array& y) {
    if (y.size() == 0) return;
    const i64 rows = y.size() / args.length;
    compute([=] {
        launch(kernels().*kernel, args, rows, kExponential * static_cast<double>(args.length) + 20);
    });
}

template <Rows KernelTable::* kernel>
void unary_rows(Array x, Array y) {
    check_same(x, y);
    launch_rows<kernel>({x.read("x"), nullptr, y.write("y"), row_length(x)}, y);
}

template <Rows KernelTable::* kernel>
void binary_rows(Array a, Array b, Array y) {
    check_same(a, y);
    check_same(b, y);
    launch_rows<kernel>({a.read("a"), b.read("b"), y.write("y"), row_length(a)}, y);
}

// The position of the first label that is neither in 0 .. classes-1 nor `ignored`, or -1.
i64 first_wrong_label(Array labels, i64 classes, i64 ignored) {
    const i64 size = labels.size();
    const i64* data = labels.read_int64("labels", {size});
    const auto is_wrong = [=](i64 label) {
        return (label < 0 || label >= classes) && label != ignored;
    };
    constexpr i64 kBlock = 512;  // without a way out the loop over a block is vectorised
    for (i64 begin = 0; begin < size; begin += kBlock) {
        const i64 end = std::min(begin + kBlock, size);
        bool any = false;
        for (i64 i = begin; i < end; ++i) any |= is_wrong(data[i]);
        if (any) return std::find_if(data + begin, data + end, is_wrong) - data;
    }
    return -1;
}

CrossEntropyArgs cross_entropy_args(const Array& logits, const Array& labels) {
    if (logits.rank() != 2) throw std::invalid_argument("logits: expected a matrix");
    CrossEntropyArgs args{};
    args.logits = logits.read("logits");
    args.labels = labels.read_int64("labels", {logits.extent(0)});
    args.classes = logits.extent(1);
    if (args.classes < 1) throw std::invalid_argument("logits: expected a class or more");
    if (first_wrong_label(labels, args.classes, 0) >= 0)
        throw nb::index_error("a label is out of range");
    return args;
}

// losses: [N], or a single number, which becomes factor times their sum.
void cross_entropy(Array logits, Array labels, Array losses, double factor) {
    CrossEntropyArgs args = cross_entropy_args(logits, labels);
    const i64 rows = logits.extent(0);
    const bool reduce = losses.rank() == 0;
    float* to = reduce ? losses.write("losses", {}) : losses.write("losses", {rows});
    const WithoutGil without_gil;
    const Buffer each(static_cast<std::size_t>(reduce ? rows : 1));
    args.y = reduce ? each.data() : to;
    launch(kernels().cross_entropy, args, rows,
           kExponential * static_cast<double>(args.classes) + 40);
    if (reduce) sum(each.data(), to, 1, rows, 1, factor);
}

void cross_entropy_grad(Array logits, Array labels, Array g, Array y, double factor) {
    CrossEntropyArgs args = cross_entropy_args(logits, labels);
    const i64 rows = logits.extent(0);
    args.g = g.rank() == 0 ? g.read("g", {}) : g.read("g", {rows});
    args.g_step = g.rank() == 0 ? 0 : 1;
    args.factor = static_cast<float>(factor);
    args.y = y.write("y", {rows, args.classes});
    const WithoutGil without_gil;
    launch(kernels().cross_entropy_grad, args, rows,
           kExponential * static_cast<double>(args.classes) + 40);
}

}  // namespace

void bind_softmax(nb::module_& module) {
    module.def("softmax", &unary_rows<&KernelTable::softmax>, nb::arg("x"), nb::arg("y"));
    module.def("softmax_grad", &binary_rows<&KernelTable::softmax_grad>, nb::arg("a"), nb::arg("b"),
               nb::arg("y"));
    module.def("log_softmax", &unary_rows<&KernelTable::log_softmax>, nb::arg("x"), nb::arg("y"));
    module.def("log_softmax_grad", &binary_rows<&KernelTable::log_softmax_grad>, nb::arg("a"),
               nb::arg("b"), nb::arg("y"));
    module.def("first_wrong_label", &first_wrong_label, nb::arg("labels"), nb::arg("classes"),
               nb::arg("ignored"));
    module.def("cross_entropy", &cross_entropy, nb::arg("logits"), nb::arg("labels"),
               nb::arg("losses"), nb::arg("factor"));
    module.def("cross_entropy_grad", &cross_entropy_grad, nb::arg("logits"), nb::arg("labels"),
               nb::arg("g"), nb::arg("y"), nb::arg("factor"));
}

}  // namespace convolens
