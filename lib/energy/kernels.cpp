#include "energy/kernels.hpp"

#include <immintrin.h>

#include <algorithm>

namespace isinglass {

namespace {

/// One sample's distance before and after the shift.
struct Change {
  std::int64_t before, after;
};

Change change_of(const UnitView& unit, std::size_t s, int shift) {
  const int above = unit.above[s], below = unit.below[s];
  return {std::max({above, below, 0}), std::max({above + shift, below - shift, 0})};
}

// after^2 - before^2 is taken as (after - before) (after + before): the first factor is at most the shift, so that
// its product with the multiplier stays within 16 bits, and one multiply-add with the second gives 32-bit pairs.

__attribute__((target("avx512bw"))) std::int64_t narrow_avx512(const UnitView& unit, const std::int8_t* x, int step) {
  const __m512i steps = _mm512_set1_epi16(static_cast<short>(step)), zero = _mm512_setzero_si512();
  __m512i sum = zero;
  for (std::size_t block = 0; block < unit.size; block += sample_block) {
    __m512i pairs = zero;
    for (std::size_t s = block; s < block + sample_block; s += 32) {
      const __m512i above = _mm512_loadu_si512(unit.above + s), below = _mm512_loadu_si512(unit.below + s);
      const __m512i input = _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + s)));
      const __m512i shift = _mm512_mullo_epi16(input, steps);
      const __m512i before = _mm512_max_epi16(_mm512_max_epi16(above, below), zero);
      const __m512i after =
          _mm512_max_epi16(_mm512_max_epi16(_mm512_add_epi16(above, shift), _mm512_sub_epi16(below, shift)), zero);
      const __m512i weighted = _mm512_mullo_epi16(_mm512_sub_epi16(after, before), _mm512_loadu_si512(unit.multiplier + s));
      pairs = _mm512_add_epi32(pairs, _mm512_madd_epi16(weighted, _mm512_add_epi16(after, before)));
    }
    sum = _mm512_add_epi64(sum, _mm512_cvtepi32_epi64(_mm512_castsi512_si256(pairs)));
    sum = _mm512_add_epi64(sum, _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(pairs, 1)));
  }
  return _mm512_reduce_add_epi64(sum);
}

__attribute__((target("avx2"))) inline __m256i load(const std::int16_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

__attribute__((target("avx2"))) std::int64_t narrow_avx2(const UnitView& unit, const std::int8_t* x, int step) {
  const __m256i steps = _mm256_set1_epi16(static_cast<short>(step)), zero = _mm256_setzero_si256();
  __m256i sum = zero;
  for (std::size_t block = 0; block < unit.size; block += sample_block / 2) {
    __m256i pairs = zero;
    for (std::size_t s = block; s < block + sample_block / 2; s += 16) {
      const __m256i above = load(unit.above + s), below = load(unit.below + s);
      const __m256i input = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x + s)));
      const __m256i shift = _mm256_mullo_epi16(input, steps);
      const __m256i before = _mm256_max_epi16(_mm256_max_epi16(above, below), zero);
      const __m256i after =
          _mm256_max_epi16(_mm256_max_epi16(_mm256_add_epi16(above, shift), _mm256_sub_epi16(below, shift)), zero);
      const __m256i weighted = _mm256_mullo_epi16(_mm256_sub_epi16(after, before), load(unit.multiplier + s));
      pairs = _mm256_add_epi32(pairs, _mm256_madd_epi16(weighted, _mm256_add_epi16(after, before)));
    }
    sum = _mm256_add_epi64(sum, _mm256_cvtepi32_epi64(_mm256_castsi256_si128(pairs)));
    sum = _mm256_add_epi64(sum, _mm256_cvtepi32_epi64(_mm256_extracti128_si256(pairs, 1)));
  }
  alignas(32) std::int64_t lanes[4];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), sum);
  return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

/// 32-bit products, 64-bit sums: for steps or multipliers past the 16-bit loop. Also the plain variant's shape, so
/// that compilers vectorise it for whatever machine they target.
template <bool squared>
__attribute__((always_inline)) inline std::int64_t wide(const UnitView& unit, const std::int8_t* x, int step) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < unit.size; ++s) {
    const int shift = step * x[s];
    const int before = std::max(std::max<int>(unit.above[s], unit.below[s]), 0);
    const int after = std::max(std::max(unit.above[s] + shift, unit.below[s] - shift), 0);
    const int factor = squared ? after + before : 1;
    sum += static_cast<std::int64_t>(unit.multiplier[s]) * ((after - before) * factor);
  }
  return sum;
}

__attribute__((target("avx2"))) std::int64_t wide_squared_avx2(const UnitView& unit, const std::int8_t* x, int step) {
  return wide<true>(unit, x, step);
}
__attribute__((target("avx2"))) std::int64_t wide_linear_avx2(const UnitView& unit, const std::int8_t* x, int step) {
  return wide<false>(unit, x, step);
}

__attribute__((always_inline)) inline void shift_loop(std::int16_t* above, std::int16_t* below, const std::int8_t* x, int step,
                                                      std::size_t size) {
  for (std::size_t s = 0; s < size; ++s) {
    const auto shift = static_cast<std::int16_t>(step * x[s]);
    above[s] = static_cast<std::int16_t>(above[s] + shift);
    below[s] = static_cast<std::int16_t>(below[s] - shift);
  }
}

__attribute__((target("avx2"))) void shift_avx2(std::int16_t* above, std::int16_t* below, const std::int8_t* x, int step,
                                                std::size_t size) {
  shift_loop(above, below, x, step, size);
}

enum class Width { plain, avx2, avx512 };

Width machine_width() {
  static const Width width = __builtin_cpu_supports("avx512bw") ? Width::avx512
                             : __builtin_cpu_supports("avx2")   ? Width::avx2
                                                                : Width::plain;
  return width;
}

}  // namespace

bool fits_narrow(const KernelRange& range) {
  const std::int64_t weighted = static_cast<std::int64_t>(range.largest_shift) * range.largest_multiplier;
  const std::int64_t sum = 2 * static_cast<std::int64_t>(range.largest_distance) + range.largest_shift;
  return weighted <= INT16_MAX && sum <= INT16_MAX && 8 * weighted * sum <= INT32_MAX;
}

std::int64_t squared_change(const UnitView& unit, const std::int8_t* x, int step, bool narrow) {
  const Width width = machine_width();
  if (narrow && width == Width::avx512) return narrow_avx512(unit, x, step);
  if (narrow && width == Width::avx2) return narrow_avx2(unit, x, step);
  return width == Width::plain ? wide<true>(unit, x, step) : wide_squared_avx2(unit, x, step);
}

std::int64_t linear_change(const UnitView& unit, const std::int8_t* x, int step) {
  return machine_width() == Width::plain ? wide<false>(unit, x, step) : wide_linear_avx2(unit, x, step);
}

void shift_unit(std::int16_t* above, std::int16_t* below, const std::int8_t* x, int step, std::size_t size) {
  if (machine_width() == Width::plain) return shift_loop(above, below, x, step, size);
  shift_avx2(above, below, x, step, size);
}

namespace reference {

std::int64_t squared_change(const UnitView& unit, const std::int8_t* x, int step) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < unit.size; ++s) {
    const auto [before, after] = change_of(unit, s, step * x[s]);
    sum += unit.multiplier[s] * (after * after - before * before);
  }
  return sum;
}

std::int64_t linear_change(const UnitView& unit, const std::int8_t* x, int step) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < unit.size; ++s) {
    const auto [before, after] = change_of(unit, s, step * x[s]);
    sum += unit.multiplier[s] * (after - before);
  }
  return sum;
}

}  // namespace reference

}  // namespace isinglass
