#include "runtime/conv/conv.h"

#include "runtime/conv/algorithms.h"
#include "runtime/matmul.h"

namespace convolens {

void conv_forward(const ConvProblem& p, ConvAlgorithm algorithm, const float* x,
                  const float* weight, const float* bias, float* y) {
    switch (algorithm) {
        case ConvAlgorithm::kProduct:
            return matmul({x, p.c, 1}, {weight, 1, p.c}, bias, y, p.n * p.h * p.w, p.k, p.c);
        case ConvAlgorithm::kPlanes:
            return planes_forward(p, x, weight, bias, y);
        case ConvAlgorithm::kDepthwise:
            return depthwise_forward(p, x, weight, bias, y);
        case ConvAlgorithm::kWinograd2:
            return winograd_forward(p, 2, x, weight, bias, y);
        case ConvAlgorithm::kWinograd4:
            return winograd_forward(p, 4, x, weight, bias, y);
        default:
            return window_forward(p, algorithm == ConvAlgorithm::kGather, x, weight, bias, y);
    }
}

void conv_input_grad(const ConvProblem& p, ConvAlgorithm algorithm, const float* weight,
                     const float* g, float* dx) {
    switch (algorithm) {
        case ConvAlgorithm::kProduct:
            return matmul({g, p.k, 1}, {weight, p.c, 1}, nullptr, dx, p.n * p.h * p.w, p.c, p.k);
        case ConvAlgorithm::kScatter:
            return scatter_input_grad(p, weight, g, dx);
        case ConvAlgorithm::kDepthwise:
            return depthwise_input_grad(p, weight, g, dx);
        case ConvAlgorithm::kWinograd2:
            return winograd_input_grad(p, 2, weight, g, dx);
        case ConvAlgorithm::kWinograd4:
            return winograd_input_grad(p, 4, weight, g, dx);
        default:
            return window_input_grad(p, algorithm == ConvAlgorithm::kGather, weight, g, dx);
    }
}

void conv_weight_grad(const ConvProblem& p, ConvAlgorithm algorithm, const float* x, const float* g,
                      float* dw) {
    switch (algorithm) {
        case ConvAlgorithm::kDepthwise:
            return depthwise_weight_grad(p, x, g, dw);
        case ConvAlgorithm::kWinograd2:
            return winograd_weight_grad(p, 2, x, g, dw);
        case ConvAlgorithm::kWinograd4:
            return winograd_weight_grad(p, 4, x, g, dw);
        default:
            return tiled_weight_grad(p, algorithm, x, g, dw);
    }
}

}  // namespace convolens
