// What kernels compute, written down to be computed again.
#pragma once

#include <nanobind/nanobind.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "bindings/gil.h"
#include "runtime/reuse.h"

namespace convolens {

using i64 = std::int64_t;

// A kind of work: what it does, and how an object of it is moved and destroyed. Null where its
// bytes are all there is to it.
struct Kind {
    std::size_t size;
    void (*run)(void* work);
    void (*move)(void* from, void* to);
    void (*destroy)(void* work);
};

// One kind for each type of function objects.
template <class Work>
constexpr Kind kind_of() {
    static_assert(alignof(Work) <= alignof(std::max_align_t));
    Kind kind{sizeof(Work), [](void* work) { (*static_cast<Work*>(work))(); }, nullptr, nullptr};
    if constexpr (!std::is_trivially_copyable_v<Work>) {
        kind.move = [](void* from, void* to) {
            new (to) Work(std::move(*static_cast<Work*>(from)));
        };
        kind.destroy = [](void* work) { static_cast<Work*>(work)->~Work(); };
    }
    return kind;
}

template <class Work>
inline constexpr Kind kKind = kind_of<Work>();

// Work that has moved to memory of its own.
class Moved {
  public:
    Moved(const Kind& kind, void* work);
    Moved(Moved&& other) noexcept : kind_(other.kind_), work_(std::move(other.work_)) {}
    Moved& operator=(Moved&&) = delete;
    ~Moved();

    void run() const { kind_->run(work_.get()); }

  private:
    const Kind* kind_;
    std::unique_ptr<std::byte[]> work_;
};

// Memory that is copied.
struct Copy {
    const void* from;
    void* to;
    std::size_t bytes;

    void make() const;
};

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
    // Returns how many calls have been written down since `begin`; -1, and forgets them, if
    // something was computed besides that it cannot hold. Throws std::invalid_argument if it does
    // not listen to the calling thread.
    i64 end();
    // Computes the calls first .. last - 1 again. Throws std::out_of_range if there are none such.
    void replay(i64 first, i64 last);
    // Copies some memory, computes all calls again, and copies some more.
    void replay(const std::vector<Copy>& before, const std::vector<Copy>& after);
    i64 size();

    // Called by those who compute, with the interpreter's lock.
    void add(Moved work);
    void miss() { missed_ = true; }
    // The object lives as long as the recording.
    void keep(nanobind::handle object) { kept_.push_back(nanobind::borrow(object)); }
    const std::shared_ptr<Reuse>& memory() const { return memory_; }

  private:
    // Held while calls are added or run. To be asked for with the interpreter's lock.
    std::mutex& mutex();

    std::shared_ptr<Reuse> memory_;
    std::vector<nanobind::object> kept_;
    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
    int forks_ = 0;  // of which the process was the child that made the mutex
    std::vector<Moved> calls_;
    std::size_t begun_ = 0, kept_before_ = 0;
    bool missed_ = false;
};

// Runs work of a kind without the interpreter's lock; a recording that listens takes it over.
void compute(const Kind& kind, void* work);

// Computes without the interpreter's lock, and again whenever a recording does that listens now.
// `work` must hold by value all that it needs, but for memory that Array's methods have returned
// and what `hold` was called for. Where it depends on a check of numbers, such as indices, it
// cannot be written down: they may be others when it is computed again.
template <class Work>
void compute(Work work) {
    compute(kKind<Work>, &work);
}

// For an object that `work` refers to: it lives as long as a recording that listens.
template <class T>
void hold(const T& object) {
    if (Recording* recording = Recording::listening()) recording->keep(nanobind::find(object));
}

}  // namespace convolens
