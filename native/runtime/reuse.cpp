#include "runtime/reuse.h"

#include "runtime/allocator.h"

namespace convolens {

Reuse::~Reuse() {
    for (const Block& block : blocks_) deallocate(block.data);
}

void* Reuse::take(std::size_t bytes) {
    // The smallest that is large enough, and no more than twice as large.
    Block* best = nullptr;
    for (Block& block : blocks_) {
        const bool fits = block.free && bytes <= block.bytes && block.bytes / 2 <= bytes;
        if (fits && (!best || block.bytes < best->bytes)) best = &block;
    }
    if (best) {
        best->free = false;
        return best->data;
    }
    blocks_.reserve(blocks_.size() + 1);
    blocks_.push_back({allocate(bytes), bytes, false});
    return blocks_.back().data;
}

void Reuse::give_back(void* data) noexcept {
    for (Block& block : blocks_)
        if (block.data == data) block.free = true;
}

}  // namespace convolens
