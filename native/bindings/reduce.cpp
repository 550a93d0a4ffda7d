// Reductions and their kin over the middle axis of an array [outer][length][inner], which the
// caller reads a dense array of any rank as.
#include "bindings/array.h"
#include "bindings/check.h"
#include "bindings/gil.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/middle.h"
#include "runtime/product.h"
#include "runtime/sum.h"

namespace nb = nanobind;

namespace convolens {
namespace {

struct Sizes {
    i64 outer, length, inner;
};

// Refuses sizes that are not those of arrays with so many elements.
void check_sizes(const Sizes& sizes, i64 elements, i64 results) {
    if (sizes.length < 1 || checked_product({sizes.outer, sizes.inner}) != results ||
        checked_product({sizes.outer, sizes.length, sizes.inner}) != elements)
        throw std::invalid_argument("the sizes do not fit the arrays");
}

void check_columns(const Sizes& sizes, i64 elements) {
    check_sizes(sizes, elements, checked_product({sizes.outer, sizes.inner}));
}

void sum_checked(Array x, Array y, i64 outer, i64 reduced, i64 inner, double factor) {
    check_sizes({outer, reduced, inner}, x.size(), y.size());
    const float* from = x.read("x");
    float* to = y.write("y");
    compute([=] { sum(from, to, outer, reduced, inner, factor); });
}

// Sums of what a kernel makes of x and, where it needs one, the number in c at the result's place.
struct Term {
    SumKernel kernel;
    double nanoseconds;
    bool root;
};

void sum_of(const Term& term, const Array& x, const float* c, const Array& y, const Sizes& sizes,
            double factor) {
    check_sizes(sizes, x.size(), y.size());
    const float* from = x.read("x");
    float* to = y.write("y");
    compute([=] {
        sum_terms(term.kernel, term.nanoseconds, from, c, to, sizes.outer, sizes.length,
                  sizes.inner, factor, term.root);
    });
}

const float* read_beside(const Array& c, const Array& y) {
    if (c.size() != y.size()) throw std::invalid_argument("c and y differ in size");
    return c.read("c");
}

void sum_squares(Array x, Array y, i64 outer, i64 reduced, i64 inner, double factor, bool root) {
    sum_of({kernels().sum_squares, 0.5 * kElement, root}, x, nullptr, y, {outer, reduced, inner},
           factor);
}

void sum_absolutes(Array x, Array y, i64 outer, i64 reduced, i64 inner, double factor) {
    sum_of({kernels().sum_absolutes, 0.5 * kElement, false}, x, nullptr, y, {outer, reduced, inner},
           factor);
}

void sum_deviations(Array x, Array c, Array y, i64 outer, i64 reduced, i64 inner, double factor,
                    bool root) {
    sum_of({kernels().sum_deviations, kElement, root}, x, read_beside(c, y), y,
           {outer, reduced, inner}, factor);
}

void sum_exponentials(Array x, Array c, Array y, i64 outer, i64 reduced, i64 inner, double factor) {
    sum_of({kernels().sum_exponentials, kExponential, false}, x, read_beside(c, y), y,
           {outer, reduced, inner}, factor);
}

void sum_matches(Array x, Array c, Array y, i64 outer, i64 reduced, i64 inner, double factor) {
    sum_of({kernels().sum_matches, kElement, false}, x, read_beside(c, y), y,
           {outer, reduced, inner}, factor);
}

void product_checked(Array x, Array y, i64 outer, i64 reduced, i64 inner) {
    check_sizes({outer, reduced, inner}, x.size(), y.size());
    const float* from = x.read("x");
    float* to = y.write("y");
    compute([=] { product(from, to, outer, reduced, inner); });
}

void product_grad_checked(Array x, Array g, Array dx, i64 outer, i64 reduced, i64 inner) {
    check_sizes({outer, reduced, inner}, x.size(), g.size());
    if (dx.size() != x.size()) throw std::invalid_argument("x and dx differ in size");
    const float* from = x.read("x");
    const float* upstream = g.read("g");
    float* to = dx.write("dx");
    const WithoutGil without_gil;
    product_grad(from, upstream, to, outer, reduced, inner);
}

using Extreme = decltype(KernelTable::largest);

// The chunks of the middle axis first, then their results.
void extreme_of(Extreme kernel, const float* x, float* y, i64 outer, i64 length, i64 inner) {
    ExtremeArgs args{in_chunks(length, inner), x, y};
    const i64 chunks = args.axis.chunks;
    const Buffer partial(chunks > 1 ? static_cast<std::size_t>(outer * chunks * inner) : 0);
    if (chunks > 1) args.y = partial.data();
    launch(kernel, args, units(args.axis, outer), 0.5 * kElement * elements(args.axis));
    if (chunks > 1) extreme_of(kernel, partial.data(), y, outer, chunks, inner);
}

template <Extreme KernelTable::* kernel>
void extreme(Array x, Array y, i64 outer, i64 reduced, i64 inner) {
    check_sizes({outer, reduced, inner}, x.size(), y.size());
    const float* from = x.read("x");
    float* to = y.write("y");
    compute([=] { extreme_of(kernels().*kernel, from, to, outer, reduced, inner); });
}

using ArgExtreme = decltype(KernelTable::arg_largest);

template <ArgExtreme KernelTable::* kernel>
void arg_extreme(Array x, Array y, i64 outer, i64 reduced, i64 inner) {
    check_sizes({outer, reduced, inner}, x.size(), y.size());
    if (reduced > 0x7fffffff) throw std::invalid_argument("the axis is too long");
    const ArgExtremeArgs args{in_one_piece(reduced, inner, 256), x.read("x"), y.write_int64("y")};
    const WithoutGil without_gil;
    launch(kernels().*kernel, args, units(args.axis, outer), kElement * elements(args.axis));
}

void share_matches(Array x, Array c, Array share, Array y, i64 outer, i64 reduced, i64 inner) {
    check_sizes({outer, reduced, inner}, x.size(), c.size());
    if (share.size() != c.size() || y.size() != x.size())
        throw std::invalid_argument("the arrays differ in size");
    const ShareArgs args{in_chunks(reduced, inner), x.read("x"), c.read("c"), share.read("share"),
                         y.write("y")};
    const WithoutGil without_gil;
    launch(kernels().share_matches, args, units(args.axis, outer), kElement * elements(args.axis));
}

void share_signs(Array x, Array share, Array y, i64 outer, i64 reduced, i64 inner) {
    check_sizes({outer, reduced, inner}, x.size(), share.size());
    if (y.size() != x.size()) throw std::invalid_argument("x and y differ in size");
    const ShareArgs args{in_chunks(reduced, inner), x.read("x"), nullptr, share.read("share"),
                         y.write("y")};
    const WithoutGil without_gil;
    launch(kernels().share_signs, args, units(args.axis, outer), kElement * elements(args.axis));
}

void cumulative_sum(Array x, Array y, i64 outer, i64 length, i64 inner, bool reverse) {
    check_columns({outer, length, inner}, x.size());
    if (x.size() != y.size()) throw std::invalid_argument("x and y differ in size");
    const ScanArgs args{in_one_piece(length, inner, 256), x.read("x"), y.write("y"), reverse};
    const WithoutGil without_gil;
    launch(kernels().cumulative_sum, args, units(args.axis, outer), elements(args.axis));
}

using Columns = decltype(KernelTable::softmax_across);

template <Columns KernelTable::* kernel>
void launch_columns(const float* a, const float* b, float* y, const Sizes& sizes) {
    const ColumnsArgs args{in_one_piece(sizes.length, sizes.inner, 64), a, b, y};
    const WithoutGil without_gil;
    launch(kernels().*kernel, args, units(args.axis, sizes.outer),
           kExponential * elements(args.axis) + 20);
}

template <Columns KernelTable::* kernel>
void unary_columns(Array x, Array y, i64 outer, i64 length, i64 inner) {
    check_columns({outer, length, inner}, x.size());
    if (x.size() != y.size()) throw std::invalid_argument("x and y differ in size");
    launch_columns<kernel>(x.read("x"), nullptr, y.write("y"), {outer, length, inner});
}

template <Columns KernelTable::* kernel>
void binary_columns(Array a, Array b, Array y, i64 outer, i64 length, i64 inner) {
    check_columns({outer, length, inner}, y.size());
    if (a.size() != y.size() || b.size() != y.size())
        throw std::invalid_argument("a, b and y differ in size");
    launch_columns<kernel>(a.read("a"), b.read("b"), y.write("y"), {outer, length, inner});
}

}  // namespace

void bind_reduce(nb::module_& module) {
    module.def("sum", &sum_checked, nb::arg("x"), nb::arg("y"), nb::arg("outer"),
               nb::arg("reduced"), nb::arg("inner"), nb::arg("factor"));
    module.def("sum_squares", &sum_squares, nb::arg("x"), nb::arg("y"), nb::arg("outer"),
               nb::arg("reduced"), nb::arg("inner"), nb::arg("factor"), nb::arg("root"));
    module.def("sum_absolutes", &sum_absolutes, nb::arg("x"), nb::arg("y"), nb::arg("outer"),
               nb::arg("reduced"), nb::arg("inner"), nb::arg("factor"));
    module.def("sum_deviations", &sum_deviations, nb::arg("x"), nb::arg("c"), nb::arg("y"),
               nb::arg("outer"), nb::arg("reduced"), nb::arg("inner"), nb::arg("factor"),
               nb::arg("root"));
    module.def("sum_exponentials", &sum_exponentials, nb::arg("x"), nb::arg("c"), nb::arg("y"),
               nb::arg("outer"), nb::arg("reduced"), nb::arg("inner"), nb::arg("factor"));
    module.def("sum_matches", &sum_matches, nb::arg("x"), nb::arg("c"), nb::arg("y"),
               nb::arg("outer"), nb::arg("reduced"), nb::arg("inner"), nb::arg("factor"));
    module.def("product", &product_checked, nb::arg("x"), nb::arg("y"), nb::arg("outer"),
               nb::arg("reduced"), nb::arg("inner"));
    module.def("product_grad", &product_grad_checked, nb::arg("x"), nb::arg("g"), nb::arg("dx"),
               nb::arg("outer"), nb::arg("reduced"), nb::arg("inner"));
#define CONVOLENS_EXTREME(name, function)                                                          \
    module.def(#name, &function<&KernelTable::name>, nb::arg("x"), nb::arg("y"), nb::arg("outer"), \
               nb::arg("reduced"), nb::arg("inner"));
    CONVOLENS_EXTREME(largest, extreme)
    CONVOLENS_EXTREME(smallest, extreme)
    CONVOLENS_EXTREME(arg_largest, arg_extreme)
    CONVOLENS_EXTREME(arg_smallest, arg_extreme)
#undef CONVOLENS_EXTREME
    module.def("share_matches", &share_matches, nb::arg("x"), nb::arg("c"), nb::arg("share"),
               nb::arg("y"), nb::arg("outer"), nb::arg("reduced"), nb::arg("inner"));
    module.def("share_signs", &share_signs, nb::arg("x"), nb::arg("share"), nb::arg("y"),
               nb::arg("outer"), nb::arg("reduced"), nb::arg("inner"));
    module.def("cumulative_sum", &cumulative_sum, nb::arg("x"), nb::arg("y"), nb::arg("outer"),
               nb::arg("length"), nb::arg("inner"), nb::arg("reverse"));
#define CONVOLENS_UNARY_COLUMNS(name)                                                 \
    module.def(#name, &unary_columns<&KernelTable::name>, nb::arg("x"), nb::arg("y"), \
               nb::arg("outer"), nb::arg("length"), nb::arg("inner"));
    CONVOLENS_UNARY_COLUMNS(softmax_across)
    CONVOLENS_UNARY_COLUMNS(log_softmax_across)
#undef CONVOLENS_UNARY_COLUMNS
#define CONVOLENS_BINARY_COLUMNS(name)                                                 \
    module.def(#name, &binary_columns<&KernelTable::name>, nb::arg("a"), nb::arg("b"), \
               nb::arg("y"), nb::arg("outer"), nb::arg("length"), nb::arg("inner"));
    CONVOLENS_BINARY_COLUMNS(softmax_grad_across)
    CONVOLENS_BINARY_COLUMNS(log_softmax_grad_across)
#undef CONVOLENS_BINARY_COLUMNS
}

}  // namespace convolens
