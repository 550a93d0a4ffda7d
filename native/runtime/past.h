// Results that are written past the caches.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// Whether a result of so many floats is larger than what stays in the last cache, so that nobody
// finds it there, and it is aligned to any register; its rows too, if they have `inner` floats.
bool goes_past(const float* y, i64 floats, i64 inner = 0);

// The same of a result that is read again soon, and computed tile by tile from little that is read.
// Its limit is lower: from the cache, its lines would have to be written back while it is read.
bool tiles_go_past(const float* y, i64 floats, i64 inner);

}  // namespace convolens
