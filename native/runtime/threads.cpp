#include "runtime/threads.h"

#include <pthread.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "runtime/control_group.h"

namespace convolens {
namespace {

using Clock = std::chrono::steady_clock;

// How long an idle worker keeps looking for work before it sleeps. Operators of a network follow
// each other within this time, and waking a sleeping thread takes about as long.
constexpr auto kSpin = std::chrono::microseconds(200);
constexpr int kLooksPerClock = 64;
constexpr int kLargestCount = 1024;

void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Waits until `done()` holds, spinning; returns false if it does not within kSpin.
template <class Done>
bool spin_until(Done done) {
    const auto deadline = Clock::now() + kSpin;
    for (;;) {
        for (int i = 0; i < kLooksPerClock; ++i) {
            if (done()) return true;
            relax();
        }
        if (Clock::now() > deadline) return false;
    }
}

struct Job {
    ChunkFunction run;
    void* context;
    std::int64_t count;
    Order order;
};

// The chunks that one thread begins with. On a cache line of its own.
struct alignas(64) Share {
    std::atomic<std::int64_t> next{0};
    std::int64_t begin = 0, end = 0;

    std::int64_t place(std::int64_t number, Order order) const {
        return order == Order::kForwards ? number : begin + end - 1 - number;
    }
};

class Pool {
    static constexpr int kOpen = 1 << 20;

  public:
    explicit Pool(int threads) : shares_(static_cast<std::size_t>(threads)) {
        threads_.reserve(shares_.size());  // what throws once there are threads would leave them
        try {
            for (int i = 1; i < threads; ++i) threads_.emplace_back([this, i] { serve(i); });
        } catch (const std::system_error&) {
            // The system allows no more threads. Those that there are take over the others' shares.
        } catch (const std::bad_alloc&) {
            // There is no memory for more threads: the same.
        }
    }

    ~Pool() {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        wake_.notify_all();
        for (std::thread& thread : threads_) thread.join();
    }

    void run(const Job& job) {
        job_ = &job;
        const auto threads = static_cast<std::int64_t>(shares_.size());
        for (std::int64_t i = 0; i < threads; ++i) {
            Share& share = shares_[static_cast<std::size_t>(i)];
            share.begin = job.count * i / threads;
            share.next.store(share.begin, std::memory_order_relaxed);
            share.end = job.count * (i + 1) / threads;
        }
        gate_.fetch_add(kOpen, std::memory_order_release);
        generation_.fetch_add(1, std::memory_order_seq_cst);
        if (sleepers_.load(std::memory_order_seq_cst) > 0) {
            const std::lock_guard lock(mutex_);
            wake_.notify_all();
        }
        work(0);
        // The job lives on this stack: no worker may enter any more, and those inside must leave.
        gate_.fetch_sub(kOpen, std::memory_order_acquire);
        while (!spin_until([this] { return gate_.load(std::memory_order_acquire) == 0; }))
            std::this_thread::yield();
    }

    // Whether no worker sleeps: all have had work a moment ago.
    bool is_awake() const { return sleepers_.load(std::memory_order_relaxed) == 0; }

  private:
    // Every thread begins with the chunks that it had in the last job of this size, so that it
    // finds in its cache what it wrote there, then helps the others.
    void work(int thread) {
        for (std::size_t i = 0; i < shares_.size(); ++i) {
            Share& share = shares_[(static_cast<std::size_t>(thread) + i) % shares_.size()];
            for (std::int64_t chunk;
                 (chunk = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;)
                job_->run(job_->context, share.place(chunk, job_->order));
        }
    }

    void serve(int thread) {
        std::uint64_t seen = 0;
        for (;;) {
            const auto changed = [&] {
                return stop_.load(std::memory_order_relaxed) ||
                       generation_.load(std::memory_order_seq_cst) != seen;
            };
            if (!spin_until(changed)) {
                std::unique_lock lock(mutex_);
                sleepers_.fetch_add(1, std::memory_order_seq_cst);
                wake_.wait(lock, changed);
                sleepers_.fetch_sub(1, std::memory_order_seq_cst);
            }
            if (stop_.load(std::memory_order_relaxed)) return;
            seen = generation_.load(std::memory_order_acquire);
            // A worker that wakes late finds the gate closed, and nobody waits for it.
            if (gate_.fetch_add(1, std::memory_order_acquire) >= kOpen) work(thread);
            gate_.fetch_sub(1, std::memory_order_release);
        }
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    std::atomic<bool> stop_{false};
    std::atomic<std::uint64_t> generation_{0};
    std::atomic<int> sleepers_{0};
    std::atomic<int> gate_{0};  // the workers inside, plus kOpen while a job runs
    const Job* job_ = nullptr;  // valid inside an open gate, like the shares
    std::vector<Share> shares_;
    std::vector<std::thread> threads_;
};

// The cores that this process may use: those of its affinity mask, at most its control groups'
// share of time.
int available_cores() {
    int cores = static_cast<int>(std::thread::hardware_concurrency());
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0) cores = CPU_COUNT(&set);
    const double share = group_limits().cores;
    if (share < cores) cores = static_cast<int>(share + 0.5);
#endif
    return cores < 1 ? 1 : cores > kLargestCount ? kLargestCount : cores;
}

struct State {
    explicit State(int threads) : count(threads) {}

    std::mutex mutex;  // held while the pool works
    std::atomic<int> count;
    std::unique_ptr<Pool> pool;
};

State* state = new State(available_cores());

// A forked child has none of its parent's threads, and its locks may be held by them forever.
void forget_after_fork() {
    state = new State(state->count);
}

[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, forget_after_fork);

// Whether there are threads to share work with, which look for it or, if `wake`, can be woken.
// To be called with the lock.
bool ready_pool(bool wake) {
    if (!state->pool) {
        if (!wake) return false;
        state->pool = std::make_unique<Pool>(state->count);
    }
    return wake || state->pool->is_awake();
}

}  // namespace

void parallel_for(std::int64_t count, ChunkFunction run, void* context, Order order, bool wake) {
    std::unique_lock lock(state->mutex, std::defer_lock);
    if (count > 1 && state->count > 1 && lock.try_lock() && ready_pool(wake)) {
        state->pool->run({run, context, count, order});
    } else {
        if (lock.owns_lock()) lock.unlock();
        for (std::int64_t chunk = 0; chunk < count; ++chunk)
            run(context, order == Order::kForwards ? chunk : count - 1 - chunk);
    }
}

int thread_count() noexcept {
    return state->count;
}

void set_thread_count(int count) {
    if (count < 1 || count > kLargestCount)
        throw std::invalid_argument("the number of threads must be from 1 to " +
                                    std::to_string(kLargestCount) + ", not " +
                                    std::to_string(count));
    const std::lock_guard lock(state->mutex);
    if (count == state->count) return;
    state->pool.reset();
    state->count = count;
}

}  // namespace convolens
