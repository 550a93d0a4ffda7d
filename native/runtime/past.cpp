#include "runtime/past.h"

#include <algorithm>
#include <cstdint>
#include <fstream>

namespace convolens {
namespace {

// Of the last cache: where the system does not say, and what is ours, since inputs need some too.
constexpr i64 kUsualKilobytes = 32 * 1024;
constexpr i64 kFewest = i64{8} << 20, kMost = i64{48} << 20;

// Linux tells a size such as 32768K. The C library counts the caches of all sockets on some.
i64 kilobytes_of_last_cache() {
    std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index3/size");
    i64 size = 0;
    char unit = 0;
    return file >> size >> unit && unit == 'K' && size > 0 ? size : kUsualKilobytes;
}

i64 largest_in_cache() {
    const i64 bytes = std::clamp(kilobytes_of_last_cache() * 1024 * 3 / 4, kFewest, kMost);
    return bytes / static_cast<i64>(sizeof(float));
}

}  // namespace

bool goes_past(const float* y, i64 floats, i64 inner) {
    static const i64 largest = largest_in_cache();
    const bool aligned = reinterpret_cast<std::uintptr_t>(y) % (kLine * sizeof(float)) == 0;
    return floats >= largest && aligned && inner % kLine == 0;
}

bool tiles_go_past(const float* y, i64 floats, i64 inner) {
    return goes_past(y, 2 * floats, inner);
}

}  // namespace convolens
