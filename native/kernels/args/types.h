// Whole numbers, under short names.
#pragma once

#include <cstdint>

namespace convolens {

using i64 = std::int64_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

}  // namespace convolens
