// Drives the pool of threads as programs do, so that ThreadSanitizer can watch it.
//
// Chunks write plain memory, which is the caller's again when a job returns. A race ends the
// program by the sanitizer's report, a wrong sum by a line and the exit status 1.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "runtime/allocator.h"
#include "runtime/buffer.h"
#include "runtime/launch.h"
#include "runtime/threads.h"

namespace convolens {
namespace {

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "wrong: %s\n", what);
    std::_Exit(1);
}

// How often each chunk ran.
using Counts = std::vector<int>;

void count_chunk(void* context, i64 chunk) {
    ++(*static_cast<Counts*>(context))[static_cast<std::size_t>(chunk)];
}

// Runs `jobs` jobs one after another; each chunk must have run once in each.
void short_jobs(int jobs, i64 chunks, std::chrono::microseconds pause = {}, bool wake = true) {
    Counts counts(static_cast<std::size_t>(chunks));
    for (int job = 1; job <= jobs; ++job) {
        parallel_for(chunks, &count_chunk, &counts, Order::kForwards, wake);
        for (const int count : counts) require(count == job, "each chunk runs once in each job");
        if (pause.count()) std::this_thread::sleep_for(pause);
    }
}

struct SquareArgs {
    const float* x;
    float* y;
};

// Goes through its scratch, as the kernels do.
void square(const SquareArgs& args, i64 begin, i64 end, float* scratch) {
    for (i64 i = begin; i < end; ++i) scratch[i - begin] = args.x[i];
    for (i64 i = begin; i < end; ++i) args.y[i] = scratch[i - begin] * args.x[i];
}

void launches(int times, i64 units) {
    for (int time = 0; time < times; ++time) {
        const Buffer x(static_cast<std::size_t>(units)), y(static_cast<std::size_t>(units));
        for (i64 i = 0; i < units; ++i) x.data()[i] = static_cast<float>(i % 1000);
        launch(&square, {x.data(), y.data()}, units, 100.0, static_cast<std::size_t>(units));
        for (i64 i = 0; i < units; ++i)
            require(y.data()[i] == x.data()[i] * x.data()[i], "a launch computes every unit");
    }
}

// Calls each function on a thread of its own, and waits for all.
template <class... Functions>
void at_once(Functions... functions) {
    std::vector<std::thread> threads;
    (threads.emplace_back(functions), ...);
    for (std::thread& thread : threads) thread.join();
}

void jobs_with_any_number_of_threads() {
    for (const int threads : {1, 2, 3, 4, 8}) {
        set_thread_count(threads);
        for (const i64 chunks : {0, 1, 2, 3, 7, 64}) short_jobs(200, chunks);
    }
}

void workers_that_fell_asleep() {
    for (const int threads : {2, 4}) {
        set_thread_count(threads);
        // Around the time for which idle workers look for work.
        for (const int pause : {100, 200, 220, 1000})
            for (const bool wake : {true, false})
                short_jobs(40, 8, std::chrono::microseconds(pause), wake);
    }
}

// Counts the chunks that another thread than the caller runs.
struct Elsewhere {
    std::thread::id caller = std::this_thread::get_id();
    std::atomic<int> chunks{0};
};

void count_elsewhere(void* context, i64) {
    auto& elsewhere = *static_cast<Elsewhere*>(context);
    if (std::this_thread::get_id() != elsewhere.caller) ++elsewhere.chunks;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
}

void brief_jobs_wake_nobody() {
    set_thread_count(1);
    set_thread_count(2);  // a new pool
    Elsewhere elsewhere;
    parallel_for(8, &count_elsewhere, &elsewhere, Order::kForwards, false);
    require(elsewhere.chunks == 0, "a brief job starts no threads");
    for (int job = 0; job < 100 && !elsewhere.chunks; ++job)
        parallel_for(8, &count_elsewhere, &elsewhere);
    require(elsewhere.chunks > 0, "a long job is shared");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    elsewhere.chunks = 0;
    parallel_for(8, &count_elsewhere, &elsewhere, Order::kForwards, false);
    require(elsewhere.chunks == 0, "a brief job wakes no thread that sleeps");
}

void callers_at_once() {
    set_thread_count(3);
    const auto work = [] {
        short_jobs(300, 5);
        launches(10, 500);
    };
    at_once(work, work, work, work, [] {
        for (int i = 0; i < 50; ++i) {
            empty_cache();
            require(memory_statistics().peak >= memory_statistics().in_use, "peaks are peaks");
            std::this_thread::yield();
        }
    });
}

void the_number_of_threads_changes_under_way() {
    const auto work = [] { short_jobs(400, 6); };
    const auto change = [] {
        for (int i = 0; i < 30; ++i)
            for (const int threads : {1, 4, 2, 3}) {
                set_thread_count(threads);
                require(thread_count() >= 1, "there is at least one thread");
                std::this_thread::yield();
            }
    };
    at_once(work, work, change, change);
}

void refused_numbers() {
    const int before = thread_count();
    for (const int count : {0, -1, 1025}) {
        bool refused = false;
        try {
            set_thread_count(count);
        } catch (const std::invalid_argument&) {
            refused = true;
        }
        require(refused && thread_count() == before, "impossible numbers of threads are refused");
    }
}

// A child begins without its parent's threads, and makes its own.
void fork_and_work() {
    const pid_t child = fork();
    require(child >= 0, "fork");
    if (child == 0) {
        short_jobs(20, 8);
        launches(2, 300);
        std::_Exit(0);
    }
    short_jobs(20, 8);
    int status = 0;
    require(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
            "the child computes and ends");
}

void forks() {
    set_thread_count(3);
    short_jobs(10, 8);
    for (int i = 0; i < 5; ++i) fork_and_work();
    // While others are inside the pool and the allocator.
    std::atomic<bool> stop{false};
    const auto work = [&stop] {
        while (!stop) {
            short_jobs(5, 8);
            launches(1, 300);
        }
    };
    at_once(work, work, [&stop] {
        for (int i = 0; i < 5; ++i) fork_and_work();
        stop = true;
    });
}

struct Check {
    const char* name;
    void (*run)();
};

constexpr Check kChecks[] = {
    {"jobs with any number of threads", jobs_with_any_number_of_threads},
    {"workers that fell asleep", workers_that_fell_asleep},
    {"brief jobs wake nobody", brief_jobs_wake_nobody},
    {"callers at once", callers_at_once},
    {"the number of threads changes under way", the_number_of_threads_changes_under_way},
    {"refused numbers of threads", refused_numbers},
    {"forks", forks},
};

}  // namespace
}  // namespace convolens

int main() {
    for (const convolens::Check& check : convolens::kChecks) {
        std::printf("%s\n", check.name);
        std::fflush(stdout);
        check.run();
    }
}
