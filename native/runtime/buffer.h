// A temporary array of floats from the caching allocator.
#pragma once

#include <cstddef>
#include <utility>

#include "runtime/allocator.h"
#include "runtime/dry_run.h"

namespace convolens {

class Buffer {
  public:
    explicit Buffer(std::size_t floats)
        : data_(static_cast<float*>(allocate(floats * sizeof(float)))) {
        if (!dry_run::active()) return;
        counted_ = floats * sizeof(float);
        dry_run::hold(counted_);
    }
    ~Buffer() {
        deallocate(data_);
        if (counted_ && dry_run::active()) dry_run::release(counted_);
    }
    Buffer(Buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), counted_(std::exchange(other.counted_, 0)) {}
    Buffer& operator=(Buffer&&) = delete;

    float* data() const { return data_; }

  private:
    float* data_;
    std::size_t counted_ = 0;  // bytes, by a dry run
};

}  // namespace convolens
