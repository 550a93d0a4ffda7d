// Tells AddressSanitizer which bytes of the caching allocator nobody may touch.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define CONVOLENS_POISONS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONVOLENS_POISONS
#endif
#endif
#ifdef CONVOLENS_POISONS
#include <sanitizer/asan_interface.h>
#endif

namespace convolens {

// Does nothing in a usual build.
inline void poison([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#ifdef CONVOLENS_POISONS
    __asan_poison_memory_region(begin, bytes);
#endif
}

inline void unpoison([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#ifdef CONVOLENS_POISONS
    __asan_unpoison_memory_region(begin, bytes);
#endif
}

}  // namespace convolens
