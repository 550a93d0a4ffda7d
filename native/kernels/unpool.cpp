// Numbers put back to the pixels that indices name, and read from there.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Calls body(offset of the number, offset of its pixel) for the numbers of units [begin, end),
// place by place, if the pixel is one of the image.
template <class Start, class Body>
CONVOLENS_INLINE void for_each_index(const UnpoolArgs& args, i64 begin, i64 end, Start&& start,
                                     Body&& body) {
    bool wrong = false;
    for (i64 unit = begin; unit < end; ++unit) {
        const i64 n = unit / args.blocks, first = unit % args.blocks * args.block;
        const i64 last = first + args.block < args.c ? first + args.block : args.c;
        start(n, first, last);
        for (i64 place = 0; place < args.places; ++place)
            for (i64 c = first; c < last; ++c) {
                const i64 number = (n * args.places + place) * args.c + c;
                const i64 pixel = args.index[number];
                if (static_cast<u64>(pixel) < static_cast<u64>(args.pixels)) {
                    body(number, (n * args.pixels + pixel) * args.c + c);
                } else {
                    wrong = true;
                }
            }
    }
    if (wrong) __atomic_store_n(args.wrong, 1, __ATOMIC_RELAXED);
}

}  // namespace

void unpool(const UnpoolArgs& args, i64 begin, i64 end, float*) {
    const auto clear = [&](i64 n, i64 first, i64 last) CONVOLENS_INLINED {
        for (i64 pixel = 0; pixel < args.pixels; ++pixel)
            for_each_register(first, last, [&](i64 c, auto lanes) {
                store(args.y + (n * args.pixels + pixel) * args.c + c, vec{}, lanes);
            });
    };
    for_each_index(args, begin, end, clear, [&](i64 number, i64 pixel) CONVOLENS_INLINED {
        args.y[pixel] = args.accumulate ? args.y[pixel] + args.x[number] : args.x[number];
    });
}

void unpool_grad(const UnpoolArgs& args, i64 begin, i64 end, float*) {
    const auto nothing = [](i64, i64, i64) {};
    for_each_index(args, begin, end, nothing, [&](i64 number, i64 pixel) CONVOLENS_INLINED {
        args.y[number] = args.x[pixel];
    });
}

}  // namespace convolens::CONVOLENS_ISA
