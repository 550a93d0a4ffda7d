// Choices between two numbers by a condition, and the gradient of the choice of the larger one.
#include "kernels/elementwise.h"

namespace convolens::CONVOLENS_ISA {
namespace {

typedef unsigned char bytes __attribute__((vector_size(kLanes)));

// Lane i is not 0 where byte i is not.
CONVOLENS_INLINE ivec load_truths(const unsigned char* p, Whole) {
    bytes truths;
    __builtin_memcpy(&truths, p, sizeof(truths));
    return __builtin_convertvector(truths, ivec) != 0;
}

CONVOLENS_INLINE ivec load_truths(const unsigned char* p, i64 count) {
    bytes truths{};
    for (i64 i = 0; i < count; ++i) truths[i] = p[i];
    return __builtin_convertvector(truths, ivec) != 0;
}

}  // namespace

void maximum_grad(const TernaryArgs& args, i64 begin, i64 end, float*) {
    for_each_register(begin, end, [&](i64 i, auto count) {
        const vec a = load(args.a + i, count), b = load(args.b + i, count);
        const vec g = load(args.c + i, count);
        const vec won = select(a < b, vec{}, g);
        store(args.y + i, select(a == b, broadcast(0.5f) * g, won), count);
    });
}

void where(const WhereArgs& args, i64 begin, i64 end, float*) {
    const auto pick = [&](const float* p, i64 step, i64 i, auto count) {
        return step ? load(p + i, count) : broadcast(*p);
    };
    const ivec same = ivec{} + (*args.condition != 0 ? -1 : 0);
    for_each_register(begin, end, [&](i64 i, auto count) {
        const ivec mask = args.condition_step ? load_truths(args.condition + i, count) : same;
        const vec a = pick(args.a, args.a_step, i, count);
        const vec b = pick(args.b, args.b_step, i, count);
        store(args.y + i, select(mask, a, b), count);
    });
}

}  // namespace convolens::CONVOLENS_ISA
