#include "runtime/pool/pool.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "runtime/isa.h"
#include "runtime/launch.h"

namespace convolens {
namespace {

// About the floats of outputs, and of inputs, that one unit of work computes.
constexpr i64 kOutputBlock = 4096;
constexpr i64 kInputBand = 16384;
constexpr i64 kFewestWindows = 8;
constexpr i64 kFewestChannels = 16;
constexpr i64 kLargestExtent = i64{1} << 31;
constexpr i64 kLargestImage = i64{1} << 38;  // floats
// Places within an image are counted in 32 bits.
constexpr double kLargestIndexed = 0x1p31 - 1;

void require_extent(const char* what, i64 extent) {
    if (extent < 0 || extent > kLargestExtent)
        throw std::invalid_argument(std::string("a pooling has ") + std::to_string(extent) + " " +
                                    what + ", but it takes 0 to " + std::to_string(kLargestExtent));
}

}  // namespace

Pool::Pool(std::array<i64, 5> input, const Lists& first, const Lists& count, const Lists& cells,
           std::array<i64, kAxes> step, double divisor)
    : n_(input[0]), c_(input[1]), divisor_(static_cast<float>(divisor)) {
    require_extent("images", n_);
    require_extent("channels", c_);
    for (std::size_t i = 0; i < kAxes; ++i)
        axes_.emplace_back(input[i + 2], first[i], count[i], cells[i], step[i]);
    banded_ = axis(0).inputs() > 1 ? 0 : axis(1).inputs() > 1 ? 1 : 2;
    for (const PoolWindows& windows : axes_) {
        disjoint_ = disjoint_ && windows.disjoint();
        covering_ = covering_ && windows.covering();
    }
    i64 pixels = 1;
    for (int i = kAxes - 1; i >= 0; --i) {
        if (i == banded_) pitch_ = pixels;
        if (__builtin_mul_overflow(pixels, axis(i).inputs(), &pixels) ||
            pixels > kLargestImage / std::max<i64>(1, c_))
            throw std::invalid_argument("a pooling's image has more than 2^38 numbers");
    }
    // A band is one of whole windows, where these do not overlap.
    const i64 stride = axis(banded_).stride();
    const i64 floats = std::max<i64>(1, pitch_) * std::max<i64>(kFewestChannels, c_);
    const i64 wanted = std::max(kInputBand / floats, kFewestWindows * stride);
    band_ = std::clamp<i64>(divide_up(wanted, stride) * stride, 1,
                            std::max<i64>(1, axis(banded_).inputs()));
    axis(banded_).reach(band_, band_begin_, band_end_);
}

void Pool::max(const float* x, float* y) const {
    forward(kernels().max_pool, x, y, nullptr);
}

void Pool::average(const float* x, float* y) const {
    forward(kernels().avg_pool, x, y, nullptr);
}

void Pool::max_indices(const float* x, float* y, i64* index) const {
    if (static_cast<double>(n_) * inputs_of_an_image() > kLargestIndexed)
        throw std::invalid_argument(
            "images whose winners are counted have more than 2^31 - 1 "
            "numbers");
    forward(kernels().max_pool_indices, x, y, index);
}

void Pool::max_grad(const float* x, const float* g, float* dx) const {
    backward(kernels().max_pool_grad, x, g, dx);
}

void Pool::average_grad(const float* g, float* dx) const {
    backward(kernels().avg_pool_grad, nullptr, g, dx);
}

PoolArgs Pool::common() const {
    PoolArgs args{};
    args.n = n_;
    args.c = c_;
    for (int i = 0; i < kAxes; ++i) args.axes[i] = axis(i).args();
    args.divisor = divisor_;
    args.banded = banded_;
    args.disjoint = disjoint_;
    args.covering = covering_;
    return args;
}

PoolArgs Pool::outputs() const {
    PoolArgs args = common();
    const i64 columns = std::max<i64>(1, axis(2).outputs());
    const i64 lines = std::max<i64>(1, axis(1).outputs()), pixel = std::max<i64>(1, c_);
    args.column_block = std::clamp<i64>(kOutputBlock / pixel, 1, columns);
    args.column_blocks = divide_up(columns, args.column_block);
    args.line_block = std::clamp<i64>(kOutputBlock / (pixel * columns), 1, lines);
    args.line_blocks = divide_up(lines, args.line_block);
    return args;
}

PoolArgs Pool::inputs() const {
    PoolArgs args = common();
    args.band = band_;
    args.bands = static_cast<i64>(band_begin_.size());
    args.band_begin = band_begin_.data();
    args.band_end = band_end_.data();
    return args;
}

double Pool::taps() const {
    double taps = 1;
    for (const PoolWindows& windows : axes_) taps *= static_cast<double>(windows.taps());
    return taps;
}

double Pool::inputs_of_an_image() const {
    double floats = static_cast<double>(c_);
    for (const PoolWindows& windows : axes_) floats *= static_cast<double>(windows.inputs());
    return floats;
}

double Pool::outputs_of_an_image() const {
    double floats = static_cast<double>(c_);
    for (const PoolWindows& windows : axes_) floats *= static_cast<double>(windows.outputs());
    return floats;
}

void Pool::forward(Kernel kernel, const float* x, float* y, i64* index) const {
    if (outputs_of_an_image() == 0) return;
    PoolArgs args = outputs();
    args.x = x;
    args.y = y;
    args.index = index;
    const i64 outputs = args.line_block * args.column_block * args.c;
    const i64 units = args.n * axis(0).outputs() * args.line_blocks * args.column_blocks;
    launch(kernel, args, units, kElement * (taps() + 1) * static_cast<double>(outputs));
}

void Pool::backward(Kernel kernel, const float* x, const float* g, float* dx) const {
    if (inputs_of_an_image() == 0) return;
    PoolArgs args = inputs();
    args.x = x;
    args.g = g;
    args.y = dx;
    const double floats = inputs_of_an_image() + 2 * outputs_of_an_image() * taps();
    // A register for each pixel of a band: see spread.h.
    const i64 lanes = kernels().lanes;
    const i64 scratch = args.c < lanes && !args.disjoint ? lanes * band_ * pitch_ : 0;
    launch(kernel, args, args.n * args.bands, kElement * floats / static_cast<double>(args.bands),
           static_cast<std::size_t>(scratch));
}

}  // namespace convolens
