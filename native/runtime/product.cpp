#include "runtime/product.h"

#include <algorithm>

#include "runtime/buffer.h"
#include "runtime/isa.h"
#include "runtime/launch.h"
#include "runtime/middle.h"

namespace convolens {
namespace {

// A row of this chunk and block takes little enough for several threads to share a matrix.
constexpr i64 kProductBlock = 512;
constexpr double kDivision = 0.7;  // nanoseconds, in double precision

MiddleAxis in_products(i64 length, i64 inner) {
    return cut_middle(length, inner, std::min(ProductArgs::kChunk, std::max<i64>(1, length)),
                      kProductBlock);
}

void multiply(const float* x, double* partial, float* y, const MiddleAxis& axis, i64 outer) {
    const ProductArgs args{axis, x, partial, y};
    launch(kernels().product, args, units(axis, outer), 0.5 * kElement * elements(axis));
}

// The products of the chunks, where there are several.
class Partials {
  public:
    Partials(const MiddleAxis& axis, i64 outer)
        : doubles_(axis.chunks > 1 ? static_cast<std::size_t>(outer * axis.chunks * axis.inner)
                                   : 0),
          buffer_(2 * doubles_) {}

    double* data() const { return doubles_ ? reinterpret_cast<double*>(buffer_.data()) : nullptr; }

  private:
    std::size_t doubles_;
    Buffer buffer_;
};

}  // namespace

void product(const float* x, float* y, i64 outer, i64 length, i64 inner) {
    const MiddleAxis axis = in_products(length, inner);
    const Partials partials(axis, outer);
    multiply(x, partials.data(), y, axis, outer);
    if (!partials.data()) return;
    const MiddleAxis chunks = in_one_piece(axis.chunks, inner, kProductBlock);
    const PartialProductArgs args{chunks, partials.data(), y, nullptr};
    launch(kernels().multiply_partials, args, units(chunks, outer), kElement * elements(chunks));
}

void product_grad(const float* x, const float* g, float* dx, i64 outer, i64 length, i64 inner) {
    const MiddleAxis axis = in_products(length, inner);
    const Partials partials(axis, outer), others(axis, outer);
    if (partials.data()) {
        multiply(x, partials.data(), nullptr, axis, outer);
        const MiddleAxis chunks = in_one_piece(axis.chunks, inner, kProductBlock);
        const PartialProductArgs args{chunks, partials.data(), nullptr, others.data()};
        launch(kernels().multiply_others, args, units(chunks, outer),
               10 * kElement * elements(chunks));
    }
    const ProductGradArgs args{axis, x, g, others.data(), dx};
    launch(kernels().product_grad, args, units(axis, outer), kDivision * elements(axis));
}

}  // namespace convolens
