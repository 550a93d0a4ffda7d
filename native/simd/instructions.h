// Which instructions of the processor the registers of simd.h use.
//
// None with CONVOLENS_PORTABLE16: then the compiler makes registers of AVX-512's size and number of
// what there is, so that any machine can try the kernels with them.
#pragma once

#ifdef __SSE2__
#include <immintrin.h>
#endif

#ifndef CONVOLENS_PORTABLE16
#ifdef __AVX512F__
#define CONVOLENS_AVX512
#endif
#ifdef __AVX2__
#define CONVOLENS_AVX2
#endif
#ifdef __SSE2__
#define CONVOLENS_SSE2
#endif
#endif

// Multiplies and adds at once.
#if defined(__FMA__) || defined(__aarch64__)
#define CONVOLENS_FMA
#endif
