// The windows of a pooling along one axis.
#pragma once

#include <vector>

#include "kernels/kernels.h"

namespace convolens {

// They come as three lists with an entry for each output, and are kept as runs of neighbours of one
// kind.
class PoolWindows {
  public:
    using List = std::vector<i64>;

    // Args:
    //   first: where each window begins;
    //   count: how many inputs it reads, `step` apart;
    //   cells: how many of its cells an average counts.
    // Throws std::invalid_argument if a window reaches out of the inputs, or a size is out of
    // range.
    PoolWindows(i64 inputs, const List& first, const List& count, const List& cells, i64 step);

    i64 inputs() const { return inputs_; }
    i64 outputs() const { return outputs_; }
    PoolAxis args() const;

    // What the largest window reads.
    i64 taps() const;
    // The step between most windows.
    i64 stride() const;
    // Whether no input is read by two windows, and whether each is read by one.
    bool disjoint() const;
    bool covering() const;
    // The windows that reach into each band of `block` inputs.
    void reach(i64 block, List& begin, List& end) const;

  private:
    void add(i64 first, i64 count, i64 step, i64 cells);

    std::vector<WindowRun> runs_;
    i64 inputs_, outputs_;
};

}  // namespace convolens
