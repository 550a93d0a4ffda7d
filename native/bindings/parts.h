// The parts of a network, and whether they are still what they were.
#pragma once

#include <nanobind/nanobind.h>

#include <vector>

namespace convolens {

// What tables hold, and of the tensors among it the memory and its state, when this is made.
class Parts {
  public:
    // `modules` are those whose mode is asked for.
    Parts(nanobind::tuple tables, nanobind::tuple modules);

    // Whether the tables hold the same objects, and the tensors the same numbers: a change of their
    // memory is counted, and the count is another object then.
    bool same() const;
    // Whether a module is in training mode.
    bool training() const;

    int visit(visitproc visit, void* arg);
    void clear();

  private:
    nanobind::tuple tables_, modules_, held_;
    std::vector<nanobind::object> states_;  // they hold no parts of a network
};

}  // namespace convolens
