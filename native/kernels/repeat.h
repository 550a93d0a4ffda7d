// A register of output channels, and the input channels that they read where each output channel
// reads one.
#pragma once

#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// The channels of a register: those of the output, and the first that they read. With a multiplier
// m output k reads channel k / m, so each lane of the image is repeated.
struct Channels {
    i64 output, count;
    i64 input, input_count;
    ivec lanes;  // which lane of the image each output reads
};

[[maybe_unused]] Channels channels_of(i64 output, i64 outputs, i64 multiplier) {
    Channels channels{};
    channels.output = output;
    channels.count = outputs - output < kLanes ? outputs - output : kLanes;
    channels.input = output / multiplier;
    channels.input_count = (output + channels.count - 1) / multiplier - channels.input + 1;
    i64 within = output - channels.input * multiplier;
    i32 lane = 0;
    for (int i = 0; i < kLanes; ++i) {
        channels.lanes[i] = i < channels.count ? lane : 0;
        if (++within == multiplier) {
            within = 0;
            ++lane;
        }
    }
    return channels;
}

template <bool Repeat, class Count>
CONVOLENS_INLINE vec load_channels(const float* x, const Channels& channels, Count count) {
    if constexpr (Repeat) {
        return pick(load_first(x, channels.input_count), channels.lanes);
    } else {
        return load(x, count);
    }
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
