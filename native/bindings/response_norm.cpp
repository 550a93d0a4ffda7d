// Local response normalisation, and its gradient.
#include "bindings/array.h"
#include "bindings/recording.h"
#include "bindings/topics.h"
#include "runtime/isa.h"
#include "runtime/launch.h"

namespace nb = nanobind;

namespace convolens {
namespace {

void response_norm(Array x, nb::handle g, Array y, i64 before, i64 after, double k, double factor,
                   double beta) {
    check_same(x, y);
    if (x.rank() < 2 || before < 0 || after < 0 || before > (1 << 20) || after > (1 << 20))
        throw std::invalid_argument("response_norm: the window does not fit");
    ResponseNormArgs args{};
    args.x = x.read("x");
    args.y = y.write("y");
    args.channels = x.extent(1);
    args.before = before;
    args.after = after;
    args.k = static_cast<float>(k);
    args.factor = static_cast<float>(factor);
    args.beta = static_cast<float>(beta);
    auto kernel = kernels().response_norm;
    if (!g.is_none()) {
        const Array upstream = nb::cast<Array>(g);
        check_same(x, upstream);
        args.g = upstream.read("g");
        kernel = kernels().response_norm_grad;
    }
    if (x.size() == 0) return;
    const i64 pixels = x.size() / args.channels;
    compute([=] {
        launch(kernel, args, pixels, 2 * kExponential * static_cast<double>(args.channels),
               static_cast<std::size_t>(2 * (args.channels + before + after)));
    });
}

}  // namespace

void bind_response_norm(nb::module_& module) {
    module.def("response_norm", &response_norm, nb::arg("x"), nb::arg("g").none(), nb::arg("y"),
               nb::arg("before"), nb::arg("after"), nb::arg("k"), nb::arg("factor"),
               nb::arg("beta"));
}

}  // namespace convolens
