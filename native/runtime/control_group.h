// What control groups allow this process: those of a container, or of a service.
#pragma once

#include <string>

namespace convolens {

// Infinite where nothing is limited.
struct GroupLimits {
    double cores;
    double bytes;
};

// The least that the groups of a process and those around them allow, of both versions of control
// groups. `groups` is a file that names them, `folder` where they lie.
GroupLimits group_limits(const std::string& groups = "/proc/self/cgroup",
                         const std::string& folder = "/sys/fs/cgroup");

}  // namespace convolens
