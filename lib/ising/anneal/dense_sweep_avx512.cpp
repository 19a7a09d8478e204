#include "ising/anneal/dense_sweep.hpp"

#include <immintrin.h>

#include <bit>

#define ISINGLASS_AVX512 __attribute__((target("avx512bw"), always_inline)) inline

namespace isinglass {

namespace {

/// J = +1 or -1 as bits: a group of fields takes one blend and one addition.
struct BitRow {
  const std::uint32_t* bits;
  __m512i where_plus, where_minus;

  static ISINGLASS_AVX512 BitRow of(const DenseSweep& sweep, std::size_t spin, bool was_up) {
    const __m512i two = _mm512_set1_epi16(2), minus_two = _mm512_set1_epi16(-2);
    return {sweep.bits + spin * sweep.groups, was_up ? minus_two : two, was_up ? two : minus_two};
  }
  [[nodiscard]] ISINGLASS_AVX512 __m512i change(std::size_t group) const {
    return _mm512_mask_blend_epi16(bits[group], where_minus, where_plus);
  }
};

/// J as bytes.
struct ByteRow {
  const std::int8_t* values;
  __m512i factor;

  static ISINGLASS_AVX512 ByteRow of(const DenseSweep& sweep, std::size_t spin, bool was_up) {
    return {sweep.rows + spin * sweep.groups * dense_group, _mm512_set1_epi16(was_up ? -2 : 2)};
  }
  [[nodiscard]] ISINGLASS_AVX512 __m512i change(std::size_t group) const {
    const auto* at = reinterpret_cast<const __m256i*>(values + group * dense_group);
    return _mm512_mullo_epi16(_mm512_cvtepi8_epi16(_mm256_load_si256(at)), factor);
  }
};

template <class Row>
ISINGLASS_AVX512 DenseResult sweep_rows(const DenseSweep& sweep, Places& places) {
  DenseResult result;
  Places place = places;
  for (std::size_t g = sweep.first; g < sweep.last; ++g) {
    place.next();
    const __m512i threshold =
        _mm512_min_epi16(_mm512_loadu_si512(sweep.pool + place.first()), _mm512_loadu_si512(sweep.pool + place.second()));
    __mmask32 up = sweep.up[g], left = sweep.real[g];
    __m512i fields = _mm512_load_si512(sweep.fields + g * dense_group);
    while (true) {
      const __m512i cost = _mm512_mask_sub_epi16(fields, up, _mm512_setzero_si512(), fields);
      const __mmask32 taken = _mm512_mask_cmple_epi16_mask(left, cost, threshold);
      if (taken == 0) break;
      const auto k = static_cast<std::size_t>(std::countr_zero(taken));
      const __mmask32 own = __mmask32{1} << k;
      const bool was_up = (up & own) != 0;
      const std::int16_t field = sweep.fields[g * dense_group + k];
      result.cost += was_up ? -field : field;
      ++result.accepted;
      const Row row = Row::of(sweep, g * dense_group + k, was_up);
      for (std::size_t other = 0; other < sweep.groups; ++other) {
        std::int16_t* at = sweep.fields + other * dense_group;
        _mm512_store_si512(at, _mm512_add_epi16(_mm512_load_si512(at), row.change(other)));
      }
      // A row of bits has no zero for the spin itself.
      fields = _mm512_mask_add_epi16(fields, static_cast<__mmask32>(~own), fields, row.change(g));
      _mm512_store_si512(sweep.fields + g * dense_group, fields);
      up ^= own;
      left &= ~(own | (own - 1));
    }
    sweep.up[g] = up;
  }
  places = place;
  return result;
}

__attribute__((target("avx512bw"))) DenseResult sweep_bits(const DenseSweep& sweep, Places& places) {
  return sweep_rows<BitRow>(sweep, places);
}
__attribute__((target("avx512bw"))) DenseResult sweep_bytes(const DenseSweep& sweep, Places& places) {
  return sweep_rows<ByteRow>(sweep, places);
}

}  // namespace

DenseResult sweep_dense_avx512(const DenseSweep& sweep, Places& places) {
  return sweep.rows == nullptr ? sweep_bits(sweep, places) : sweep_bytes(sweep, places);
}

}  // namespace isinglass
