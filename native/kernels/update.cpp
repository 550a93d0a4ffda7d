// One step of an optimiser, on the parameters in place.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// The gradient with the pull of weight decay.
template <class Lanes>
CONVOLENS_INLINE vec pulled(const UpdateArgs& args, i64 i, vec parameter, Lanes count) {
    return load(args.gradient + i, count) + broadcast(args.weight_decay) * parameter;
}

}  // namespace

void sgd(const UpdateArgs& args, i64 begin, i64 end, float*) {
    const vec lr = broadcast(args.lr), momentum = broadcast(args.momentum);
    for_each_register(begin, end, [&](i64 i, auto count) {
        const vec p = load(args.parameter + i, count);
        vec step = pulled(args, i, p, count);
        if (args.first) {
            const vec velocity = args.fresh ? step
                                            : momentum * load(args.first + i, count) +
                                                  broadcast(args.fresh_share) * step;
            store(args.first + i, velocity, count);
            step = args.nesterov ? step + momentum * velocity : velocity;
        }
        store(args.parameter + i, p - lr * step, count);
    });
}

void adagrad(const UpdateArgs& args, i64 begin, i64 end, float*) {
    for_each_register(begin, end, [&](i64 i, auto count) {
        const vec p = load(args.parameter + i, count);
        const vec g = pulled(args, i, p, count);
        const vec squares = load(args.second + i, count) + g * g;
        store(args.second + i, squares, count);
        const vec root = square_root(squares) + broadcast(args.epsilon);
        store(args.parameter + i, p - broadcast(args.lr) * g / root, count);
    });
}

void rmsprop(const UpdateArgs& args, i64 begin, i64 end, float*) {
    for_each_register(begin, end, [&](i64 i, auto count) {
        const vec p = load(args.parameter + i, count);
        const vec g = pulled(args, i, p, count);
        const vec squares = broadcast(args.beta2) * load(args.second + i, count) +
                            broadcast(args.beta2_rest) * g * g;
        store(args.second + i, squares, count);
        vec step = g / (square_root(squares) + broadcast(args.epsilon));
        if (args.first) {
            step = broadcast(args.momentum) * load(args.first + i, count) + step;
            store(args.first + i, step, count);
        }
        store(args.parameter + i, p - broadcast(args.lr) * step, count);
    });
}

void adam(const UpdateArgs& args, i64 begin, i64 end, float*) {
    const vec lr = broadcast(args.lr), root_correction = broadcast(args.root_correction);
    for_each_register(begin, end, [&](i64 i, auto count) {
        const vec p = load(args.parameter + i, count);
        const vec g = pulled(args, i, p, count);
        const vec mean = load(args.first + i, count);
        const vec new_mean = mean + broadcast(args.beta1_rest) * (g - mean);
        const vec squares = broadcast(args.beta2) * load(args.second + i, count) +
                            broadcast(args.beta2_rest) * g * g;
        store(args.first + i, new_mean, count);
        store(args.second + i, squares, count);
        const vec root = square_root(squares) / root_correction + broadcast(args.epsilon);
        const vec shrunk = p * broadcast(args.shrink);
        store(args.parameter + i, shrunk - lr * new_mean / root, count);
    });
}

}  // namespace convolens::CONVOLENS_ISA
