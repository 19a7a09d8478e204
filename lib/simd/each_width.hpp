// No #pragma once: a file of kernels includes this once, and Highway's foreach_target.h then compiles the file for
// every width, each time in another HWY_NAMESPACE. Before the include the file defines HWY_TARGET_INCLUDE as its own
// path; code behind
// `#if HWY_ONCE` is compiled once. The plain width is Highway's of one lane (HWY_SCALAR). Highway 1.0.3 has no set with
// AVX-512 VNNI that today's CPUs all run: kernels which want those dot products name them in an attribute.
#include "simd/simd.hpp"

// Other compilers than GCC before 12.3 would have EMU128, which is not wanted, as the baseline in place of one lane.
#ifndef HWY_BROKEN_EMU128
#define HWY_BROKEN_EMU128 1
#endif
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_EMU128 | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#endif
// GCC 12 takes the undefined source of masked operations in its own AVX-512 header for a mistake.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

/// The function or object of this name in the namespace that was compiled for `width`.
#undef ISINGLASS_OF_WIDTH
#if HWY_ARCH_X86 && HWY_STATIC_TARGET == HWY_SCALAR
#define ISINGLASS_OF_WIDTH(width, ...)                  \
  ((width) == simd::Width::avx512 ? N_AVX3::__VA_ARGS__ \
   : (width) == simd::Width::avx2 ? N_AVX2::__VA_ARGS__ \
                                  : N_SCALAR::__VA_ARGS__)
#else  // another processor, or compiled for one machine alone
#define ISINGLASS_OF_WIDTH(width, ...) ((void)(width), HWY_STATIC_DISPATCH(__VA_ARGS__))
#endif
