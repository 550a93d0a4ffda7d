// The first few of each row in descending or ascending order. Of equal numbers the first is taken
// first; a NaN counts as larger than any number.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Whole numbers in the order of floats: the bits, turned around for negative ones.
CONVOLENS_INLINE ivec keys_of(vec x, ivec flip) {
    const vec whole = x + vec{};  // -0 becomes 0, which is equal to it
    const ivec bits = reinterpret_cast<ivec>(whole);
    const ivec key = bits ^ ((bits >> 31) & 0x7fffffff);
    return (x != x ? 0x7fffffff - ivec{} : key) ^ flip;
}

CONVOLENS_INLINE bool any(ivec mask) {
    u64 words[sizeof(ivec) / sizeof(u64)];
    __builtin_memcpy(words, &mask, sizeof(mask));
    u64 all = 0;
    for (const u64 word : words) all |= word;
    return all != 0;
}

struct First {
    i32 keys[TopArgs::kMost];
    i32 places[TopArgs::kMost];
    i64 count;

    // Later ones of equal keys come behind.
    void insert(i32 key, i32 place, i64 most) {
        i64 at = count < most ? count++ : most - 1;
        for (; at > 0 && keys[at - 1] < key; --at) {
            keys[at] = keys[at - 1];
            places[at] = places[at - 1];
        }
        keys[at] = key;
        places[at] = place;
    }
};

void find(const float* x, i64 length, ivec flip, i64 most, First& first) {
    first.count = 0;
    for_each_register(0, length, [&](i64 i, auto count) {
        const ivec keys = keys_of(load(x + i, count), flip);
        const bool full = first.count == most;
        if (full && !any(keys > first.keys[most - 1] - ivec{})) return;
        i32 lanes[kLanes];
        __builtin_memcpy(lanes, &keys, sizeof(keys));
        const i64 valid = length - i < kLanes ? length - i : kLanes;
        for (i64 lane = 0; lane < valid; ++lane)
            if (first.count < most || lanes[lane] > first.keys[most - 1])
                first.insert(lanes[lane], static_cast<i32>(i + lane), most);
    });
}

}  // namespace

void top(const TopArgs& args, i64 begin, i64 end, float*) {
    const ivec flip = (args.largest ? 0 : -1) - ivec{};
    First first;
    for (i64 row = begin; row < end; ++row) {
        find(args.x + row * args.length, args.length, flip, args.count, first);
        for (i64 i = 0; i < args.count; ++i) args.y[row * args.count + i] = first.places[i];
    }
}

}  // namespace convolens::CONVOLENS_ISA
