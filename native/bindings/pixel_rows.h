// Checks of matrices of pixels or floats that may be parts of larger ones.
#pragma once

#include "bindings/array.h"

namespace convolens {

// Throws std::invalid_argument unless the array is a matrix of aligned numbers whose rows have no
// gaps. Rows of one that is `written` must not overlap.
void check_rows(const Array& array, const char* name, bool written);

// Whether pixels have 16 bits, or 8. Throws std::invalid_argument if they are of another type.
bool is_wide(const Array& pixels, const char* name);

}  // namespace convolens
