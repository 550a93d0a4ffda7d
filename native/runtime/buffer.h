// A temporary array of floats from the caching allocator.
#pragma once

#include <cstddef>
#include <utility>

#include "runtime/allocator.h"

namespace convolens {

class Buffer {
  public:
    explicit Buffer(std::size_t floats)
        : data_(static_cast<float*>(allocate(floats * sizeof(float)))) {}
    ~Buffer() { deallocate(data_); }
    Buffer(Buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
    Buffer& operator=(Buffer&&) = delete;

    float* data() const { return data_; }

  private:
    float* data_;
};

}  // namespace convolens
