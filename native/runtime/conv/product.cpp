// A 1x1 kernel with stride 1 and no padding: one product of matrices.
#include "runtime/conv/algorithms.h"
#include "runtime/long_product.h"
#include "runtime/matmul.h"

namespace convolens {
namespace {

// The matrix that pixels are multiplied with: [C][K] forward, [K][C] for the input gradient.
PackedMatrix matrix_of(const ConvProblem& p, Pass pass) {
    return pass == Pass::kForward ? PackedMatrix{p.c, p.k} : PackedMatrix{p.k, p.c};
}

std::size_t floats(const ConvProblem& p, Pass pass) {
    return matrix_of(p, pass).floats();
}

void pack(const ConvProblem& p, Pass pass, const float* weight, float* packed) {
    const Matrix w = pass == Pass::kForward ? Matrix{weight, 1, p.c} : Matrix{weight, p.c, 1};
    matrix_of(p, pass).pack(w, packed);
}

void forward(const ConvProblem& p, const float* packed, const float* x, const float* bias,
             float* y) {
    matrix_of(p, Pass::kForward).multiply({x, p.c, 1}, packed, bias, y, p.n * p.h * p.w, p.behind);
}

void input_grad(const ConvProblem& p, const float* packed, const float* g, const float* bias,
                float* dx) {
    matrix_of(p, Pass::kInputGrad).multiply({g, p.k, 1}, packed, bias, dx, p.n * p.h * p.w);
}

void weight_grad(const ConvProblem& p, const float* x, const float* g, float* dw) {
    long_product(g, p.k, x, p.c, dw, p.k, p.c, p.n * p.h * p.w);
}

const char* refusal(const ConvProblem& p) {
    const bool fits = p.r == 1 && p.s == 1 && p.stride[0] == 1 && p.stride[1] == 1 &&
                      p.padding[0] == 0 && p.padding[1] == 0 && p.groups == 1 && p.p == p.h &&
                      p.q == p.w;
    return fits ? nullptr : "this convolution is not one product of matrices";
}

}  // namespace

const ConvAlgorithm product = {.name = "product",
                               .refusal = refusal,
                               .floats = floats,
                               .pack = pack,
                               .forward = forward,
                               .input_grad = input_grad,
                               .weight_grad = weight_grad};

}  // namespace convolens
