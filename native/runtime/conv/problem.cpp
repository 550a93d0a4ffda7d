#include <algorithm>
#include <stdexcept>

#include "runtime/conv/conv.h"

namespace convolens {
namespace {

constexpr i64 kLargestExtent = i64{1} << 31;
constexpr i64 kLargestSize = i64{1} << 60;

}  // namespace

void ConvProblem::check() const {
    i64 sizes[3] = {1, 1, 1};
    const i64 extents[3][4] = {{n, h, w, c}, {k, r, s, c}, {n, p, q, k}};
    for (int array = 0; array < 3; ++array)
        for (const i64 extent : extents[array]) {
            if (extent < 0 || extent > kLargestExtent)
                throw std::invalid_argument("a convolution's sizes must be from 0 to 2**31");
            sizes[array] *= std::max<i64>(1, extent);
            if (sizes[array] > kLargestSize)
                throw std::invalid_argument("a convolution's arrays must be below 2**60 floats");
        }
    for (int axis = 0; axis < 2; ++axis)
        if (stride[axis] < 1 || dilation[axis] < 1 || padding[axis] < 0 ||
            std::max({stride[axis], dilation[axis], padding[axis]}) > kLargestExtent)
            throw std::invalid_argument(
                "a convolution's stride, dilation or padding is out of range");
    if (h < 1 || w < 1) throw std::invalid_argument("a convolution's image has no pixels");
    if (r < 1 || s < 1 || c < 1 || k < 1 || groups < 1 || c % groups || k % groups)
        throw std::invalid_argument("a convolution's kernel, channels or groups do not fit");
}

}  // namespace convolens
