#include "runtime/reuse.h"

#include <algorithm>

#include "runtime/allocator.h"

namespace convolens {
namespace {

constexpr std::size_t kLine = 64;

}  // namespace

Reuse::~Reuse() {
    for (const Span& span : spans_)
        if (span.first) deallocate(span.data);
}

// The first gap of so many bytes; a new region, as large as all before, if there is none.
Reuse::Place Reuse::gap_of(std::size_t bytes) {
    const auto holds = [&](const Span& span) { return span.free && span.bytes >= bytes; };
    const Place gap = std::find_if(spans_.begin(), spans_.end(), holds);
    if (gap != spans_.end()) return gap;
    const std::size_t region = std::max(bytes, bytes_);
    auto* data = static_cast<std::byte*>(allocate(region));
    spans_.push_back({data, region, true, true});
    bytes_ += region;
    return spans_.end() - 1;
}

void* Reuse::take(std::size_t bytes) {
    spans_.reserve(spans_.size() + 2);  // so that nothing throws once a gap is taken
    const std::size_t taken = (bytes / kLine + 1) * kLine;
    const Place gap = gap_of(taken);
    Span rest = *gap;
    rest.data += taken;
    rest.bytes -= taken;
    rest.first = false;
    gap->bytes = taken;
    gap->free = false;
    void* data = gap->data;
    if (rest.bytes) spans_.insert(gap + 1, rest);
    return data;
}

void Reuse::give_back(void* block) noexcept {
    const auto is_it = [&](const Span& span) { return span.data == block; };
    Place span = std::find_if(spans_.begin(), spans_.end(), is_it);
    if (span == spans_.end()) return;
    span->free = true;
    const auto joins = [&](Place behind) {
        if (behind == spans_.end() || behind->first || !behind->free) return;
        const Place before = behind - 1;
        if (!before->free) return;
        before->bytes += behind->bytes;
        spans_.erase(behind);
    };
    joins(span + 1);
    joins(span);
}

}  // namespace convolens
