#include "runtime/region.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "runtime/poison.h"

namespace convolens {
namespace {

// What is asked for at once. Only pages that are written take memory.
constexpr std::size_t kRegion = 16 * kHugePage;

}  // namespace

void* huge_pages(std::size_t bytes) {
    const std::size_t total = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    void* memory = std::aligned_alloc(kHugePage, total);
#ifdef MADV_HUGEPAGE
    if (memory) madvise(memory, total, MADV_HUGEPAGE);  // advice: no harm if refused
#endif
    return memory;
}

void give_back_pages(void* data, std::size_t bytes) noexcept {
    static const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(data);
    const std::uintptr_t first = (begin + page - 1) / page * page;
    const std::uintptr_t end = (begin + bytes) / page * page;
    if (first < end) madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
}

void* Region::cut(std::size_t bytes) {
    if (left_ < bytes) {
        void* region = huge_pages(kRegion);
        if (!region) return nullptr;
        poison(region, kRegion);
        next_ = static_cast<std::byte*>(region);
        left_ = kRegion;
    }
    void* piece = next_;
    next_ += bytes;
    left_ -= bytes;
    return piece;
}

}  // namespace convolens
