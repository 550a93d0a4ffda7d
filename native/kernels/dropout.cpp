// Dropout with Philox-4x32-10: each element's fate is a function of its number and the key.
//
// Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
#include "kernels/kernels.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Enough blocks side by side for the compiler to fill a register of 64-bit products.
constexpr int kBlocks = 16;
constexpr int kWords = 4;

// random[4 b + w] = word w of block first + b.
void philox(u64 first, u64 seed, u64 stream, u32* random) {
    u64 c0[kBlocks], c1[kBlocks], c2[kBlocks], c3[kBlocks];
    for (int b = 0; b < kBlocks; ++b) {
        const u64 block = first + static_cast<u64>(b);
        c0[b] = block & 0xffffffffu;
        c1[b] = block >> 32;
        c2[b] = stream & 0xffffffffu;
        c3[b] = stream >> 32;
    }
    u64 k0 = seed & 0xffffffffu, k1 = seed >> 32;
    for (int round = 0; round < 10; ++round) {
        for (int b = 0; b < kBlocks; ++b) {
            const u64 p0 = 0xd2511f53u * c0[b], p1 = 0xcd9e8d57u * c2[b];
            c0[b] = (p1 >> 32) ^ c1[b] ^ k0;
            c1[b] = p1 & 0xffffffffu;
            c2[b] = (p0 >> 32) ^ c3[b] ^ k1;
            c3[b] = p0 & 0xffffffffu;
        }
        k0 = (k0 + 0x9e3779b9u) & 0xffffffffu;
        k1 = (k1 + 0xbb67ae85u) & 0xffffffffu;
    }
    for (int b = 0; b < kBlocks; ++b) {
        random[kWords * b] = static_cast<u32>(c0[b]);
        random[kWords * b + 1] = static_cast<u32>(c1[b]);
        random[kWords * b + 2] = static_cast<u32>(c2[b]);
        random[kWords * b + 3] = static_cast<u32>(c3[b]);
    }
}

}  // namespace

void dropout(const DropoutArgs& args, i64 begin, i64 end, float*) {
    u32 random[kBlocks * kWords];
    for (i64 block = begin; block < end; block += kBlocks) {
        philox(static_cast<u64>(block), args.seed, args.stream, random);
        const i64 first = block * kWords;
        i64 last = first + kBlocks * kWords;
        if (last > end * kWords) last = end * kWords;
        if (last > args.size) last = args.size;
        for (i64 i = first; i < last; ++i)
            args.y[i] = random[i - first] >= args.threshold ? args.x[i] * args.scale : 0.0f;
    }
}

}  // namespace convolens::CONVOLENS_ISA
