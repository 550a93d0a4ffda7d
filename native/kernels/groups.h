// Groups of a few channels, whole ones to a register: each lane needs all channels of its group.
#pragma once

#include "kernels/kernels.h"
#include "kernels/source.h"
#include "simd/simd.h"

namespace convolens::CONVOLENS_ISA {
namespace {

using namespace simd;

// Lane i of the result is the channel number At of lane i's group.
template <int Size, int At, int... I>
CONVOLENS_INLINE vec channel_of_groups(vec x, Indices<I...>) {
    return __builtin_shufflevector(x, x, (I / Size * Size + At)...);
}

// sum += the channels of each lane's group times w; or sums[j] += channel j times g.
template <int Size, int... At>
CONVOLENS_INLINE void add_channels(vec& sum, vec x, const vec (&w)[Size], Indices<At...>) {
    ((sum += w[At] * channel_of_groups<Size, At>(x, typename Count<kLanes>::type{})), ...);
}

template <int Size, int... At>
CONVOLENS_INLINE void add_each_channel(vec (&sums)[Size], vec x, vec g, Indices<At...>) {
    ((sums[At] += g * channel_of_groups<Size, At>(x, typename Count<kLanes>::type{})), ...);
}

// Calls body.operator()<Size>() for the size of the groups, one that divides a register.
template <class Body>
CONVOLENS_INLINE void with_group_size(i64 size, Body body) {
    if (size == 2) body.template operator()<2>();
    if (size == 4) body.template operator()<4>();
    if constexpr (kLanes >= 8)
        if (size == 8) body.template operator()<8>();
}

// Calls body(register, first channel, lanes) for the registers of all channels.
template <class Body>
CONVOLENS_INLINE void for_each_group_register(i64 channels, Body body) {
    i64 number = 0;
    for_each_register(0, channels, [&](i64 first, auto lanes) CONVOLENS_INLINED {
        body(number++, first, lanes);
    });
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
