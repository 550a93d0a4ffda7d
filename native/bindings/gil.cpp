#include "bindings/gil.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "bindings/recording.h"

namespace convolens {
namespace {

std::atomic<bool> closed{false};
std::atomic<int> returning{0};  // threads that are past the check and ask for the lock
std::thread::id last_thread;    // valid once `closed`

// A forked child has none of the threads that were about to ask for the lock.
void forget_after_fork() {
    closed = false;
    returning = 0;
}

[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, forget_after_fork);

[[noreturn]] void wait_for_the_end() {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace

WithoutGil::WithoutGil() {
    if (Recording* recording = Recording::listening()) recording->miss();
    thread_ = PyEval_SaveThread();
}

WithoutGil::~WithoutGil() {
    returning.fetch_add(1, std::memory_order_seq_cst);
    if (closed.load(std::memory_order_seq_cst) && std::this_thread::get_id() != last_thread) {
        returning.fetch_sub(1, std::memory_order_seq_cst);
        wait_for_the_end();
    }
    PyEval_RestoreThread(thread_);
    returning.fetch_sub(1, std::memory_order_seq_cst);
}

void close_to_other_threads() {
    last_thread = std::this_thread::get_id();
    closed.store(true, std::memory_order_seq_cst);
    // Those that asked before get it, and leave; they will not ask again.
    PyThreadState* thread = PyEval_SaveThread();
    while (returning.load(std::memory_order_seq_cst) > 0) std::this_thread::yield();
    PyEval_RestoreThread(thread);
}

}  // namespace convolens
