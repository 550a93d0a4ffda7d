// Memory in huge pages: a network reads more small ones than a processor knows the places of.
#pragma once

#include <cstddef>

namespace convolens {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

// At least so many bytes, which begin with a huge page where the operating system has any; null if
// there is no memory. For std::free.
void* huge_pages(std::size_t bytes);

// Gives the whole pages of some memory back to the operating system; their addresses stay, and
// hold any numbers from then on.
void give_back_pages(void* data, std::size_t bytes) noexcept;

// Pieces smaller than a huge page, one behind the other. They are never freed: a piece that is not
// needed any more is kept for later, or its pages are given back.
class Region {
  public:
    // So many bytes, as aligned as all pieces are multiples of; null if there is no memory.
    void* cut(std::size_t bytes);

  private:
    std::byte* next_ = nullptr;
    std::size_t left_ = 0;
};

}  // namespace convolens
