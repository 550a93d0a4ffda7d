// One step of an optimiser, on the parameters in place.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// The gradient of what is made smaller, with the pull of weight decay.
template <class Lanes>
CONVOLENS_INLINE vec pulled(const UpdateArgs& args, i64 i, vec parameter, Lanes count) {
    const uvec sign = uvec{} + (args.maximize ? 0x80000000u : 0u);
    const vec given = load(args.gradient + i, count);
    const vec gradient = reinterpret_cast<vec>(reinterpret_cast<uvec>(given) ^ sign);
    return gradient + broadcast(args.weight_decay) * parameter;
}

// All is stored after it is computed: with stores in between, which branch in an incomplete
// register, products and sums there would not be joined as they are in a whole one.
template <bool kLargest>
CONVOLENS_INLINE void adam_steps(const UpdateArgs& args, i64 begin, i64 end) {
    const vec lr = broadcast(args.lr), root_correction = broadcast(args.root_correction);
    for_each_register(begin, end, [&](i64 i, auto count) {
        const vec p = load(args.parameter + i, count);
        const vec g = pulled(args, i, p, count);
        const vec mean = load(args.first + i, count);
        const vec new_mean = mean + broadcast(args.beta1_rest) * (g - mean);
        const vec squares = broadcast(args.beta2) * load(args.second + i, count) +
                            broadcast(args.beta2_rest) * g * g;
        vec size = squares;
        if constexpr (kLargest) size = larger_or_nan(load(args.third + i, count), squares);
        const vec root = square_root(size) / root_correction + broadcast(args.epsilon);
        const vec stepped = p * broadcast(args.shrink) - lr * new_mean / root;
        store(args.first + i, new_mean, count);
        store(args.second + i, squares, count);
        if constexpr (kLargest) store(args.third + i, size, count);
        store(args.parameter + i, stepped, count);
    });
}

}  // namespace

// Each copies its arguments: those that were given could be among what a store changes, so they
// would be read again for every register.
void sgd(const UpdateArgs& given, i64 begin, i64 end, float*) {
    const UpdateArgs args = given;
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

void adagrad(const UpdateArgs& given, i64 begin, i64 end, float*) {
    const UpdateArgs args = given;
    for_each_register(begin, end, [&](i64 i, auto count) {
        const vec p = load(args.parameter + i, count);
        const vec g = pulled(args, i, p, count);
        const vec squares = load(args.second + i, count) + g * g;
        store(args.second + i, squares, count);
        const vec root = square_root(squares) + broadcast(args.epsilon);
        store(args.parameter + i, p - broadcast(args.lr) * g / root, count);
    });
}

void rmsprop(const UpdateArgs& given, i64 begin, i64 end, float*) {
    const UpdateArgs args = given;
    for_each_register(begin, end, [&](i64 i, auto count) {
        const vec p = load(args.parameter + i, count);
        const vec g = pulled(args, i, p, count);
        const vec squares = broadcast(args.beta2) * load(args.second + i, count) +
                            broadcast(args.beta2_rest) * g * g;
        store(args.second + i, squares, count);
        vec spread = squares;
        if (args.third) {
            const vec old = load(args.third + i, count);
            const vec mean = old + broadcast(args.beta2_rest) * (g - old);
            store(args.third + i, mean, count);
            // Roundings can make it negative.
            spread = larger_or_nan(vec{}, squares - mean * mean);
        }
        vec step = g / (square_root(spread) + broadcast(args.epsilon));
        if (args.first) {
            step = broadcast(args.momentum) * load(args.first + i, count) + step;
            store(args.first + i, step, count);
        }
        store(args.parameter + i, p - broadcast(args.lr) * step, count);
    });
}

void adam(const UpdateArgs& given, i64 begin, i64 end, float*) {
    const UpdateArgs args = given;
    args.third ? adam_steps<true>(args, begin, end) : adam_steps<false>(args, begin, end);
}

}  // namespace convolens::CONVOLENS_ISA
