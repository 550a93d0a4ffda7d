// What a convolution ends with.
#pragma once

#include "kernels/args/behind.h"
#include "runtime/buffer.h"

namespace convolens {

// What is done to the outputs of a forward pass, with the numbers of their channels.
class ConvEnd {
  public:
    // Cuts off what is smaller than `least` or larger than `most`.
    ConvEnd(float least, float most);
    // Normalises channels by their means and variances before: (y - mean) / sqrt(variance + eps)
    // weight + bias.
    ConvEnd(i64 channels, const float* mean, const float* variance, const float* weight,
            const float* bias, double eps, float least, float most);

    // How many channels are normalised; 0 if none.
    i64 channels() const { return channels_; }
    // The same for outputs from y on, with an image like them, or null, that is added between.
    Behind behind(const float* addend, const float* y) const;

  private:
    i64 channels_ = 0;
    Buffer numbers_;  // centres, scales and shifts
    float least_, most_;
};

}  // namespace convolens
