#include "ising/dynamics/kernels.hpp"

#include "ising/dynamics/lanes.hpp"

// GCC 12 warns inside its own AVX-512 header about the undefined source of masked operations.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>

#include <cmath>

// One text of the loops, compiled three times; only the vectors differ. Vectors stay inside this file, where their ABI does not
// matter.
#pragma GCC diagnostic ignored "-Wpsabi"

#define ISINGLASS_VECTORS(bytes)                                                          \
  typedef float F __attribute__((vector_size(bytes), aligned(bytes), may_alias));         \
  typedef std::int32_t I __attribute__((vector_size(bytes), aligned(bytes), may_alias));  \
  typedef std::uint32_t U __attribute__((vector_size(bytes), aligned(bytes), may_alias)); \
  constexpr std::size_t width = (bytes) / sizeof(float);                                  \
  inline F load(const float* at) { return *reinterpret_cast<const F*>(at); }              \
  inline I load(const std::int32_t* at) { return *reinterpret_cast<const I*>(at); }       \
  inline U load(const std::uint32_t* at) { return *reinterpret_cast<const U*>(at); }      \
  inline void store(float* at, F v) { *reinterpret_cast<F*>(at) = v; }                    \
  inline void store(std::int32_t* at, I v) { *reinterpret_cast<I*>(at) = v; }             \
  inline void store(std::uint32_t* at, U v) { *reinterpret_cast<U*>(at) = v; }

namespace isinglass::dynamics {

namespace {

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
namespace avx512 {
ISINGLASS_VECTORS(64)
constexpr std::size_t tile_height = row_tile;
inline F fused(float a, F v, F s) { return _mm512_fmadd_ps(_mm512_set1_ps(a), v, s); }
inline I dot(std::int32_t word, I bits, I s) {
  return reinterpret_cast<I>(
      _mm512_dpbusd_epi32(reinterpret_cast<__m512i>(s), reinterpret_cast<__m512i>(bits), _mm512_set1_epi32(word)));
}
inline F widened(const std::int8_t* at) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(at))));
}
inline void store_narrowed(std::int8_t* at, I v) {
  _mm_store_si128(reinterpret_cast<__m128i*>(at), _mm512_cvtepi32_epi8(reinterpret_cast<__m512i>(v)));
}
#include "ising/dynamics/product_kernels.inc"
#include "ising/dynamics/step_kernels.inc"
}  // namespace avx512
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
ISINGLASS_VECTORS(32)
constexpr std::size_t tile_height = row_tile / 2;
inline F fused(float a, F v, F s) { return _mm256_fmadd_ps(_mm256_set1_ps(a), v, s); }
inline I dot(std::int32_t word, I bits, I s) {
  const __m256i pairs = _mm256_maddubs_epi16(reinterpret_cast<__m256i>(bits), _mm256_set1_epi32(word));
  return s + reinterpret_cast<I>(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
inline F widened(const std::int8_t* at) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at))));
}
inline void store_narrowed(std::int8_t* at, I v) {
  const __m256i words = reinterpret_cast<__m256i>(v);
  const __m128i halves = _mm_packs_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(at), _mm_packs_epi16(halves, halves));
}
#include "ising/dynamics/product_kernels.inc"
#include "ising/dynamics/step_kernels.inc"
}  // namespace avx2
#pragma GCC pop_options

namespace plain {
ISINGLASS_VECTORS(16)
constexpr std::size_t tile_height = row_tile / 2;
inline F fused(float a, F v, F s) {
  for (std::size_t l = 0; l < width; ++l) s[l] = std::fma(a, v[l], s[l]);
  return s;
}
inline I dot(std::int32_t word, I bits, I s) {
  for (int b = 0; b < 4; ++b) s += -((bits >> (8 * b)) & 1) & static_cast<std::int8_t>(word >> (8 * b));
  return s;
}
inline F widened(const std::int8_t* at) {
  F v{};
  for (std::size_t l = 0; l < width; ++l) v[l] = at[l];
  return v;
}
inline void store_narrowed(std::int8_t* at, I v) {
  for (std::size_t l = 0; l < width; ++l) at[l] = static_cast<std::int8_t>(v[l]);
}
#include "ising/dynamics/product_kernels.inc"
#include "ising/dynamics/step_kernels.inc"
}  // namespace plain

}  // namespace

const Kernels& kernels(simd::Width width) {
  return width == simd::Width::avx512 ? avx512::table : width == simd::Width::avx2 ? avx2::table : plain::table;
}

}  // namespace isinglass::dynamics
