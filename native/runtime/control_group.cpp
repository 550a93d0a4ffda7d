#include "runtime/control_group.h"

#include <algorithm>
#include <fstream>
#include <limits>

namespace convolens {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// The number that a file begins with, or `otherwise`: there is no such file, or it says "max".
double number_in(const std::string& path, double otherwise) {
    std::ifstream file(path);
    double number = 0;
    return file >> number ? number : otherwise;
}

// Quota over period, both in one file.
double share_in(const std::string& path) {
    std::ifstream file(path);
    double quota = 0, period = 0;
    return file >> quota >> period && period > 0 ? quota / period : kUnlimited;
}

// Quota over period in two files; a negative quota is none.
double share_in_two(const std::string& folder) {
    const double quota = number_in(folder + "/cpu.cfs_quota_us", -1);
    const double period = number_in(folder + "/cpu.cfs_period_us", 0);
    return quota > 0 && period > 0 ? quota / period : kUnlimited;
}

bool contains(const std::string& names, const std::string& name) {
    return ("," + names + ",").find("," + name + ",") != std::string::npos;
}

}  // namespace

GroupLimits group_limits(const std::string& groups, const std::string& folder) {
    GroupLimits least{kUnlimited, kUnlimited};
    std::ifstream file(groups);
    // A line is number:controllers:path; without controllers it is of version 2.
    for (std::string line; std::getline(file, line);) {
        const std::size_t first = line.find(':'), second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        // The group, those around it, and at last the root, which is a container's own group.
        for (std::string path = line.substr(second + 1);; path.resize(path.rfind('/'))) {
            if (path == "/") path.clear();
            if (controllers.empty()) {
                const std::string group = folder + path;
                least.cores = std::min(least.cores, share_in(group + "/cpu.max"));
                least.bytes = std::min(least.bytes, number_in(group + "/memory.max", kUnlimited));
            }
            if (contains(controllers, "cpu"))
                least.cores = std::min(least.cores, share_in_two(folder + "/cpu" + path));
            if (contains(controllers, "memory")) {
                const std::string limit = folder + "/memory" + path + "/memory.limit_in_bytes";
                least.bytes = std::min(least.bytes, number_in(limit, kUnlimited));
            }
            if (path.rfind('/') == std::string::npos) break;
        }
    }
    return least;
}

}  // namespace convolens
