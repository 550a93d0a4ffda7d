#include "runtime/past.h"

#include <algorithm>
#include <cstdint>
#include <fstream>

namespace convolens {
namespace {

constexpr i64 kUsualKilobytes = 32 * 1024;  // of the last cache, where the system does not say
constexpr i64 kMegabyte = i64{1} << 20;

// Linux tells a size such as 32768K. Not sysconf(), which adds up the caches of several sockets.
i64 kilobytes_of_last_cache() {
    std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index3/size");
    i64 size = 0;
    char unit = 0;
    return file >> size >> unit && unit == 'K' && size > 0 ? size : kUsualKilobytes;
}

// Whether so many floats are more than so many eighths of the last cache, in these bounds, and
// lines of memory.
bool passes(const float* y, i64 floats, i64 inner, i64 eighths, i64 fewest, i64 most) {
    static const i64 cache = kilobytes_of_last_cache() * 1024;
    const i64 line = kLine * static_cast<i64>(sizeof(float));
    const i64 limit = std::clamp(cache * eighths / 8, fewest, most);
    return floats * static_cast<i64>(sizeof(float)) >= limit && inner % kLine == 0 &&
           reinterpret_cast<std::uintptr_t>(y) % static_cast<std::uintptr_t>(line) == 0;
}

}  // namespace

bool goes_past(const float* y, i64 floats, i64 inner) {
    return passes(y, floats, inner, 6, 8 * kMegabyte, 48 * kMegabyte);
}

bool tiles_go_past(const float* y, i64 floats, i64 inner) {
    return passes(y, floats, inner, 3, 4 * kMegabyte, 32 * kMegabyte);
}

}  // namespace convolens
