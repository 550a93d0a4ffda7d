// What a convolution ends with.
#pragma once

#include "kernels/args/behind.h"
#include "runtime/buffer.h"
#include "runtime/normalize.h"

namespace convolens {

// What is done to the outputs of a forward pass, with the numbers of their channels.
class ConvEnd {
  public:
    // Cuts off what is smaller than `least` or larger than `most`.
    ConvEnd(float least, float most);
    // Normalises channels before.
    ConvEnd(i64 channels, const Norm& norm, float least, float most);

    // The same for outputs from y on, with an image like them, or null, that is added between.
    Behind behind(const float* addend, const float* y) const;

  private:
    i64 channels_ = 0;  // that are normalised
    Buffer numbers_;    // centres, scales and shifts
    float least_, most_;
};

}  // namespace convolens
