#include "runtime/pool/windows.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace convolens {
namespace {

constexpr i64 kLargest = i64{1} << 31;

void require(const char* what, i64 value, i64 least, i64 most) {
    if (value < least || value > most)
        throw std::invalid_argument(std::string("a pooling's ") + what + ": " +
                                    std::to_string(value) + " is not in " + std::to_string(least) +
                                    " to " + std::to_string(most));
}

// The first input of a run's last window.
i64 last(const WindowRun& run) {
    return run.first + (run.end - run.begin - 1) * run.stride;
}

}  // namespace

PoolWindows::PoolWindows(i64 inputs, const List& first, const List& count, const List& cells,
                         i64 step)
    : inputs_(inputs), outputs_(static_cast<i64>(first.size())) {
    require("inputs", inputs, 0, kLargest);
    require("step", step, 1, kLargest);
    require("counts", static_cast<i64>(count.size()), outputs_, outputs_);
    require("cells' number", static_cast<i64>(cells.size()), outputs_, outputs_);
    for (std::size_t o = 0; o < first.size(); ++o) {
        require("first input", first[o], 0, kLargest);
        require("count", count[o], 0, inputs);
        require("cells", cells[o], 0, kLargest);
        require("last input", first[o] + std::max<i64>(0, count[o] - 1) * step, 0,
                std::max<i64>(1, inputs) - 1);
        add(first[o], count[o], step, cells[o]);
    }
}

PoolAxis PoolWindows::args() const {
    return {inputs_, outputs_, runs_.data(), static_cast<i64>(runs_.size())};
}

i64 PoolWindows::taps() const {
    i64 most = 0;
    for (const WindowRun& run : runs_) most = std::max(most, run.count);
    return most;
}

i64 PoolWindows::stride() const {
    i64 stride = std::max<i64>(1, inputs_), longest = 1;
    for (const WindowRun& run : runs_)
        if (run.end - run.begin > longest) {
            longest = run.end - run.begin;
            stride = std::max<i64>(1, run.stride);
        }
    return stride;
}

bool PoolWindows::disjoint() const {
    i64 end = 0;
    for (const WindowRun& run : runs_) {
        if (run.count == 0) continue;
        const i64 extent = (run.count - 1) * run.step + 1;
        if (run.first < end || (run.end - run.begin > 1 && run.stride < extent)) return false;
        end = last(run) + extent;
    }
    return true;
}

bool PoolWindows::covering() const {
    i64 read = 0;
    for (const WindowRun& run : runs_) read += run.count * (run.end - run.begin);
    return disjoint() && read == inputs_;
}

void PoolWindows::reach(i64 block, List& begin, List& end) const {
    const auto bands = static_cast<std::size_t>(divide_up(inputs_, block));
    begin.assign(bands, outputs_);
    end.assign(bands, 0);
    for (const WindowRun& run : runs_)
        for (i64 output = run.begin; run.count > 0 && output < run.end; ++output) {
            const i64 first = run.first + (output - run.begin) * run.stride;
            const i64 past = first + (run.count - 1) * run.step;
            for (i64 band = first / block; band <= past / block; ++band) {
                const auto at = static_cast<std::size_t>(band);
                begin[at] = std::min(begin[at], output);
                end[at] = std::max(end[at], output + 1);
            }
        }
}

void PoolWindows::add(i64 first, i64 count, i64 step, i64 cells) {
    const i64 output = runs_.empty() ? 0 : runs_.back().end;
    if (!runs_.empty() && runs_.back().count == count && runs_.back().cells == cells) {
        WindowRun& run = runs_.back();
        if (run.end - run.begin == 1) run.stride = first - run.first;
        if (run.stride >= 0 && first == last(run) + run.stride) {
            ++run.end;
            return;
        }
        if (run.end - run.begin == 1) run.stride = 0;
    }
    runs_.push_back({output, output + 1, first, 0, count, step, cells});
}

}  // namespace convolens
