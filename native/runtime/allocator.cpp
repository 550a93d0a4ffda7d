#include "runtime/allocator.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <new>
#include <utility>

#include "runtime/control_group.h"
#include "runtime/poison.h"
#include "runtime/region.h"

namespace convolens {
namespace {

constexpr std::size_t kAlignment = 64;
// Blocks from this size on that are smaller than a huge page lie side by side in such pages.
constexpr std::size_t kSmallestCut = std::size_t{16} << 10;
// What may wait for reuse, at least, before blocks go back to the operating system.
constexpr std::size_t kCacheLimit = std::size_t{1} << 30;
// Four sizes an octave: a block is at most a quarter larger than what was asked for.
constexpr std::size_t kSteps = 4;
constexpr std::size_t kSizes = 64 * kSteps;

// Lies in front of each block and remembers its size; links it when it is free.
struct alignas(kAlignment) Header {
    std::size_t size_class;
    std::size_t bytes;
    bool cut = false;    // from a region
    bool waits = false;  // for reuse, with its memory
    Header* next = nullptr;
};

// The smallest size class that holds `bytes`, and its size.
Header size_class(std::size_t bytes) {
    if (bytes < kAlignment * kSteps) bytes = kAlignment * kSteps;
    const std::size_t octave = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
    const std::size_t step = (std::size_t{1} << octave) / kSteps;
    const std::size_t steps = (bytes - (std::size_t{1} << octave) + step - 1) / step;
    return {octave * kSteps + steps, (std::size_t{1} << octave) + steps * step};
}

// Half of the memory of the machine, or of what its control groups leave to this process; 0 if it
// is not known.
std::size_t half_of_memory() {
    const long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || bytes <= 0) return 0;
    const double memory = static_cast<double>(pages) * static_cast<double>(bytes);
    return static_cast<std::size_t>(std::min(memory, group_limits().bytes) / 2);
}

class Allocator {
  public:
    void* allocate(std::size_t bytes) {
        if (bytes > std::numeric_limits<std::size_t>::max() / 4) throw std::bad_alloc();
        const Header wanted = size_class(bytes);
        bool fits = true;
        {
            const std::lock_guard lock(mutex_);
            if (Header* header = free_[wanted.size_class]) {
                free_[wanted.size_class] = header->next;
                if (header->waits) statistics_.cached -= wanted.bytes;
                header->waits = false;
                count(wanted.bytes);
                return hand_out(header, bytes);
            }
            fits = may_wait(statistics_.cached, statistics_.in_use + wanted.bytes);
        }
        if (!fits) empty();  // blocks of sizes that are not asked for any more
        Header* header = fresh(wanted);
        if (!header) {
            empty();  // what waits for reuse may be in the way
            header = fresh(wanted);
        }
        if (!header) throw std::bad_alloc();
        const std::lock_guard lock(mutex_);
        count(wanted.bytes);
        return hand_out(header, bytes);
    }

    void deallocate(void* pointer) noexcept {
        Header* header = static_cast<Header*>(pointer) - 1;
        unpoison(header, sizeof(Header));
        poison(pointer, header->bytes);
        const std::lock_guard lock(mutex_);
        statistics_.in_use -= header->bytes;
        header->waits = true;
        if (!may_wait(statistics_.cached + header->bytes, statistics_.in_use))
            return give_back(header);
        statistics_.cached += header->bytes;
        put_by(header);
    }

    void empty() noexcept {
        const std::lock_guard lock(mutex_);
        for (Header*& first : free_)
            for (Header* header = std::exchange(first, nullptr); header;)
                give_back(std::exchange(header, header->next));
        statistics_.cached = 0;
    }

    void lock() { mutex_.lock(); }
    void unlock() { mutex_.unlock(); }

    MemoryStatistics statistics() noexcept {
        const std::lock_guard lock(mutex_);
        return statistics_;
    }

  private:
    // Whether so many bytes may wait for reuse beside those in use. A step of training frees nearly
    // all that it took, whatever its size, and takes it again: blocks are kept as long as all of
    // them are at most half as much again as was in use at once, for no two sizes share one, and at
    // most half of the memory.
    bool may_wait(std::size_t waiting, std::size_t in_use) const {
        const std::size_t used = std::max(statistics_.peak, in_use);
        const std::size_t most = std::min(used / 2 * 3, half_of_memory_);
        return waiting <= kCacheLimit || in_use + waiting <= most;
    }

    void put_by(Header* header) noexcept {
        header->next = free_[header->size_class];
        free_[header->size_class] = header;
    }

    // Gives the memory of a free block back to the operating system. What was cut from a region
    // stays a block of its size.
    void give_back(Header* header) noexcept {
        if (!header->cut) return std::free(header);
        if (std::exchange(header->waits, false)) give_back_pages(header + 1, header->bytes);
        put_by(header);
    }

    // A block from the operating system, or null.
    Header* fresh(const Header& wanted) {
        const std::size_t total = wanted.bytes + sizeof(Header);
        const bool large = wanted.bytes >= kHugePage;
        if (!large && wanted.bytes >= kSmallestCut) {
            const std::lock_guard lock(mutex_);
            if (void* piece = region_.cut(total)) return header_at(piece, wanted, true);
        }
        void* memory = large ? huge_pages(total) : std::aligned_alloc(kAlignment, total);
        return memory ? header_at(memory, wanted, false) : nullptr;
    }

    static Header* header_at(void* memory, const Header& wanted, bool cut) {
        unpoison(memory, sizeof(Header));
        Header* header = new (memory) Header(wanted);
        header->cut = cut;
        return header;
    }

    // Of the block, only what was asked for may be touched.
    static void* hand_out(Header* header, std::size_t bytes) {
        void* block = header + 1;
        unpoison(block, bytes);
        poison(static_cast<std::byte*>(block) + bytes, header->bytes - bytes);
        poison(header, sizeof(Header));
        return block;
    }

    void count(std::size_t bytes) {
        statistics_.in_use += bytes;
        if (statistics_.in_use > statistics_.peak) statistics_.peak = statistics_.in_use;
    }

    std::mutex mutex_;
    std::array<Header*, kSizes> free_{};
    Region region_;
    MemoryStatistics statistics_{};
    const std::size_t half_of_memory_ = half_of_memory();
};

// Never destroyed: arrays may outlive every static object when the interpreter ends.
Allocator& allocator() {
    static Allocator* instance = new Allocator;
    return *instance;
}

// No other thread may be inside while the process forks: the child would inherit a closed lock.
void lock_for_fork() {
    allocator().lock();
}

void unlock_after_fork() {
    allocator().unlock();
}

[[maybe_unused]] const int registered =
    pthread_atfork(lock_for_fork, unlock_after_fork, unlock_after_fork);

}  // namespace

void* allocate(std::size_t bytes) {
    return allocator().allocate(bytes);
}

void deallocate(void* pointer) noexcept {
    if (pointer) allocator().deallocate(pointer);
}

void empty_cache() noexcept {
    allocator().empty();
}

MemoryStatistics memory_statistics() noexcept {
    return allocator().statistics();
}

}  // namespace convolens
