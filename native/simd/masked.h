// Tells AddressSanitizer what a masked load or store touches: it does not see these instructions.
#pragma once

#include <cstdint>

#ifdef __SANITIZE_ADDRESS__
extern "C" {
void convolens_check_load(const void*, unsigned long bytes) __asm__("__asan_loadN");
void convolens_check_store(void*, unsigned long bytes) __asm__("__asan_storeN");
}
#endif

namespace simd {
namespace {

// Do nothing in a usual build.
inline __attribute__((always_inline)) void masked_load([[maybe_unused]] const float* p,
                                                       [[maybe_unused]] std::int64_t count) {
#ifdef __SANITIZE_ADDRESS__
    convolens_check_load(p, static_cast<unsigned long>(count) * sizeof(float));
#endif
}

inline __attribute__((always_inline)) void masked_store([[maybe_unused]] float* p,
                                                        [[maybe_unused]] std::int64_t count) {
#ifdef __SANITIZE_ADDRESS__
    convolens_check_store(p, static_cast<unsigned long>(count) * sizeof(float));
#endif
}

}  // namespace
}  // namespace simd
