// Refusals, and products of sizes that fit.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>

namespace convolens {

constexpr int kLargestRank = 32;

// Throws std::invalid_argument that names an argument.
[[noreturn]] inline void refuse(const char* name, const std::string& what) {
    throw std::invalid_argument(std::string(name) + ": " + what);
}

// Throws std::invalid_argument if a factor is negative, or the product does not fit.
inline std::int64_t checked_product(std::initializer_list<std::int64_t> factors) {
    std::int64_t product = 1;
    for (const std::int64_t factor : factors)
        if (factor < 0 || __builtin_mul_overflow(product, factor, &product))
            throw std::invalid_argument("a size is negative, or the sizes are too large: " +
                                        std::to_string(factor) + " is one of them");
    return product;
}

}  // namespace convolens
