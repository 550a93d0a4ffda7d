// Results that are written past the caches.
#pragma once

#include "kernels/kernels.h"

namespace convolens {

// Whether a result of so many floats is larger than what stays in the last cache, so that nobody
// finds it there, and it is aligned to any register; its rows too, if they have `inner` floats.
bool goes_past(const float* y, i64 floats, i64 inner = 0);

// The same of a result that is read again soon, computed tile by tile from little that is read:
// whoever finds it in the cache writes as much himself.
bool tiles_go_past(const float* y, i64 floats, i64 inner);

}  // namespace convolens
