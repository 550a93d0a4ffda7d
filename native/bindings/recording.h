// What kernels compute, written down to be computed again.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "bindings/gil.h"
#include "runtime/reuse.h"

namespace convolens {

using i64 = std::int64_t;

// Calls of kernels in their order. While a recording listens to a thread, new arrays of this thread
// lie in its memory, where an array may take the place of one that is gone: all that is written
// there is written again, in the same order.
class Recording {
  public:
    Recording() : memory_(std::make_shared<Reuse>()) {}

    // The one that listens to the calling thread, or null.
    static Recording* listening();

    // Listens to the calling thread, until `end`. Throws std::invalid_argument if one does already.
    void begin();
    // Returns how many calls have been written down since `begin`; negative, and forgets them, if
    // something was computed besides that it cannot hold. Throws std::invalid_argument if it does
    // not listen to the calling thread.
    i64 end();
    // Computes the calls first .. last - 1 again. Throws std::out_of_range if there are none such.
    void replay(i64 first, i64 last);
    i64 size();

    // Called by those who compute. All need the interpreter's lock.
    void add(std::function<void()> work);
    void miss() { missed_ = true; }
    // The object lives as long as the recording.
    void keep(nanobind::handle object) { kept_.push_back(nanobind::borrow(object)); }
    const std::shared_ptr<Reuse>& memory() const { return memory_; }

  private:
    std::shared_ptr<Reuse> memory_;
    std::vector<nanobind::object> kept_;
    std::mutex mutex_;  // held while calls are added or run
    std::vector<std::function<void()>> calls_;
    std::size_t begun_ = 0;
    bool missed_ = false;
};

// Computes without the interpreter's lock; a recording keeps `work`, which must hold all that it
// needs by value, and all memory that it reads or writes must have come from Array's methods. What
// has been checked of numbers, such as indices, does not hold when it is computed again.
template <class Work>
void compute(Work work) {
    {
        const WithoutGil without_gil{WithoutGil::kRecorded};
        work();
    }
    if (Recording* recording = Recording::listening()) recording->add(std::move(work));
}

// For an object that `work` refers to: it lives as long as a recording that listens.
template <class T>
void hold(const T& object) {
    if (Recording* recording = Recording::listening()) recording->keep(nanobind::find(object));
}

}  // namespace convolens
