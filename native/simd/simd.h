// Vector registers: what all kernels need.
#pragma once

#include "simd/lanes.h"
#include "simd/partial.h"
#include "simd/register.h"
#include "simd/stream.h"
