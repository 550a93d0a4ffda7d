// Kernels run without the interpreter's lock.
#pragma once

#include <Python.h>

namespace convolens {

// Releases the lock until the end of the scope.
//
// When the interpreter ends, Python (before 3.14) unwinds the stack of a daemon thread that asks
// for the lock again, through frames of C++ that cannot be unwound, and the process aborts. So a
// thread that comes back from a kernel then waits for ever instead; it ends with the process.
class WithoutGil {
  public:
    // What is computed meanwhile is nothing that a recording can hold; see recording.h.
    WithoutGil();
    // For those who write it down themselves.
    struct Recorded {};
    static constexpr Recorded kRecorded{};
    explicit WithoutGil(Recorded) : thread_(PyEval_SaveThread()) {}
    ~WithoutGil();
    WithoutGil(const WithoutGil&) = delete;
    WithoutGil& operator=(const WithoutGil&) = delete;

  private:
    PyThreadState* thread_;
};

// From here on only the calling thread gets the lock back. To be called with the lock, before the
// interpreter ends.
void close_to_other_threads();

}  // namespace convolens
