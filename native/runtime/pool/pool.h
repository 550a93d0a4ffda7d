// Max and average pooling, planned once for images of one size and run many times.
#pragma once

#include <array>
#include <vector>

#include "runtime/pool/windows.h"

namespace convolens {

class Pool {
  public:
    static constexpr int kAxes = 3;
    using Lists = std::array<PoolWindows::List, kAxes>;

    // Args:
    //   input: N, C, D, H, W;
    //   first, count, cells, step: the windows along each axis, as PoolWindows takes them;
    //   divisor: of averages, instead of the cells, or 0.
    // Throws std::invalid_argument if a size is out of range.
    Pool(std::array<i64, 5> input, const Lists& first, const Lists& count, const Lists& cells,
         std::array<i64, kAxes> step, double divisor);

    i64 images() const { return n_; }
    i64 channels() const { return c_; }
    const PoolWindows& axis(int axis) const { return axes_[static_cast<std::size_t>(axis)]; }

    // Images x, dx [N][D][H][W][C]; outputs y, g, index [N][O][P][Q][C].
    void max(const float* x, float* y) const;
    void average(const float* x, float* y) const;
    // Where the largest are, counted along D, H, W; and what they are, unless y is null.
    void max_indices(const float* x, float* y, i64* index) const;
    void max_grad(const float* x, const float* g, float* dx) const;
    void average_grad(const float* g, float* dx) const;

  private:
    using Kernel = decltype(KernelTable::max_pool);

    PoolArgs common() const;
    PoolArgs outputs() const;
    PoolArgs inputs() const;
    double taps() const;  // of the largest window
    double inputs_of_an_image() const;
    double outputs_of_an_image() const;
    void forward(Kernel kernel, const float* x, float* y, i64* index) const;
    void backward(Kernel kernel, const float* x, const float* g, float* dx) const;

    std::vector<PoolWindows> axes_;
    i64 n_, c_;
    float divisor_;
    int banded_;
    bool disjoint_ = true, covering_ = true;
    i64 pitch_ = 1;  // pixels from one input to the next along the banded axis
    i64 band_ = 1;
    PoolWindows::List band_begin_, band_end_;
};

}  // namespace convolens
