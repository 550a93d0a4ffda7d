// A window whose taps are neighbours both ways, and the part of it that lies inside an image.
#pragma once

#include "kernels/source.h"

namespace convolens::CONVOLENS_ISA {
namespace {

// Larger windows have more weights than there are registers.
constexpr int kLargestWindow = 3;

struct DenseWindow {
    i64 height, width;  // 0 if taps are no neighbours, or none
    i64 down;           // 1, or -1 where rows of taps ascend in the image

    bool is_small() const {
        return width > 0 && width <= kLargestWindow && height <= kLargestWindow;
    }
};

[[maybe_unused]] DenseWindow dense_window(const Segments& taps) {
    const i64 width = width_of(taps);
    const i64 height = width == 0 ? 0 : taps.count / width;
    if (height == 0) return {};
    const i64 down = height == 1 ? 1 : taps.dy[width] - taps.dy[0];
    if (down != 1 && down != -1) return {};
    for (i64 r = 1; r < height; ++r)
        if (taps.dy[r * width] - taps.dy[(r - 1) * width] != down) return {};
    return {height, width, down};
}

// The taps [first, last) of `count`, the first at `at` and each a `step` further, which lie in
// 0 .. size.
[[maybe_unused]] Inside taps_inside(i64 at, i64 step, i64 count, i64 size) {
    const auto inside = [&](i64 tap) { return at + tap * step >= 0 && at + tap * step < size; };
    i64 first = 0, last = count;
    while (first < last && !inside(first)) ++first;
    while (last > first && !inside(last - 1)) --last;
    return {first, last};
}

}  // namespace
}  // namespace convolens::CONVOLENS_ISA
