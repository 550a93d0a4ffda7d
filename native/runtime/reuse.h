// Memory that is used again by its owner alone.
#pragma once

#include <cstddef>
#include <vector>

namespace convolens {

// Blocks that are given back wait for the next of about their size, and go with the last who holds
// this. Not to be used by two threads at once.
class Reuse {
  public:
    Reuse() = default;
    Reuse(const Reuse&) = delete;
    Reuse& operator=(const Reuse&) = delete;
    ~Reuse();

    // At least `bytes` bytes, 64-byte aligned. Throws std::bad_alloc if there are none.
    void* take(std::size_t bytes);
    void give_back(void* block) noexcept;

  private:
    struct Block {
        void* data;
        std::size_t bytes;
        bool free;
    };
    std::vector<Block> blocks_;
};

}  // namespace convolens
