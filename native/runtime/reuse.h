// Memory that is used again by its owner alone.
#pragma once

#include <cstddef>
#include <vector>

namespace convolens {

// Blocks lie one behind the other in a few regions, each in the first gap that holds it: what has
// just been used, and is in the caches, is used again first. The regions go with the last who holds
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
    struct Span {
        std::byte* data;
        std::size_t bytes;
        bool free;
        bool first;  // of its region
    };
    using Place = std::vector<Span>::iterator;

    Place gap_of(std::size_t bytes);

    std::vector<Span> spans_;  // region by region, each from its first byte to its last
    std::size_t bytes_ = 0;    // of all
};

}  // namespace convolens
