#include "ising/anneal/dense_sweep.hpp"

#include <immintrin.h>

#include <bit>

#define ISINGLASS_AVX512 __attribute__((target("avx512bw"), always_inline)) inline

namespace isinglass {

namespace {

/// Vectors of fields of each width under one name.
template <class Field>
struct Vector;

template <>
struct Vector<std::int16_t> {
  using Mask = __mmask32;
  static ISINGLASS_AVX512 __m512i min(__m512i a, __m512i b) { return _mm512_min_epi16(a, b); }
  static ISINGLASS_AVX512 __m512i add(__m512i a, __m512i b) { return _mm512_add_epi16(a, b); }
  static ISINGLASS_AVX512 __m512i negated(__m512i a, Mask where) {
    return _mm512_mask_sub_epi16(a, where, _mm512_setzero_si512(), a);
  }
  static ISINGLASS_AVX512 Mask at_most(Mask of, __m512i a, __m512i b) { return _mm512_mask_cmple_epi16_mask(of, a, b); }
  static ISINGLASS_AVX512 __m512i add_where(Mask where, __m512i a, __m512i b) { return _mm512_mask_add_epi16(a, where, a, b); }
  static ISINGLASS_AVX512 __m512i bytes(const std::int8_t* at) {
    return _mm512_cvtepi8_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(at)));
  }
  static ISINGLASS_AVX512 __m512i twice(__m512i a, bool negative) {
    return _mm512_mullo_epi16(a, _mm512_set1_epi16(negative ? -2 : 2));
  }
};

template <>
struct Vector<std::int32_t> {
  using Mask = __mmask16;
  static ISINGLASS_AVX512 __m512i min(__m512i a, __m512i b) { return _mm512_min_epi32(a, b); }
  static ISINGLASS_AVX512 __m512i add(__m512i a, __m512i b) { return _mm512_add_epi32(a, b); }
  static ISINGLASS_AVX512 __m512i negated(__m512i a, Mask where) {
    return _mm512_mask_sub_epi32(a, where, _mm512_setzero_si512(), a);
  }
  static ISINGLASS_AVX512 Mask at_most(Mask of, __m512i a, __m512i b) { return _mm512_mask_cmple_epi32_mask(of, a, b); }
  static ISINGLASS_AVX512 __m512i add_where(Mask where, __m512i a, __m512i b) { return _mm512_mask_add_epi32(a, where, a, b); }
  static ISINGLASS_AVX512 __m512i bytes(const std::int8_t* at) {
    return _mm512_cvtepi8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(at)));
  }
  static ISINGLASS_AVX512 __m512i twice(__m512i a, bool negative) {
    const __m512i doubled = _mm512_slli_epi32(a, 1);
    return negative ? _mm512_sub_epi32(_mm512_setzero_si512(), doubled) : doubled;
  }
};

/// J = +1 or -1 as bits: a group of fields takes one blend and one addition.
struct BitRow {
  const std::uint32_t* bits;
  __m512i where_plus, where_minus;

  static ISINGLASS_AVX512 BitRow of(const DenseSweep<std::int16_t>& sweep, std::size_t spin, bool was_up) {
    const __m512i two = _mm512_set1_epi16(2), minus_two = _mm512_set1_epi16(-2);
    return {sweep.bits + spin * sweep.groups, was_up ? minus_two : two, was_up ? two : minus_two};
  }
  [[nodiscard]] ISINGLASS_AVX512 __m512i change(std::size_t group) const {
    return _mm512_mask_blend_epi16(bits[group], where_minus, where_plus);
  }
};

/// J as bytes.
template <class Field>
struct ByteRow {
  const std::int8_t* values;
  bool was_up;

  static ISINGLASS_AVX512 ByteRow of(const DenseSweep<Field>& sweep, std::size_t spin, bool was_up) {
    return {sweep.rows + spin * sweep.groups * dense_group<Field>, was_up};
  }
  [[nodiscard]] ISINGLASS_AVX512 __m512i change(std::size_t group) const {
    return Vector<Field>::twice(Vector<Field>::bytes(values + group * dense_group<Field>), was_up);
  }
};

template <class Row, class Field>
ISINGLASS_AVX512 void add_row(const DenseSweep<Field>& sweep, const Row& row) {
  for (std::size_t g = 0; g < sweep.groups; ++g) {
    Field* at = sweep.fields + g * dense_group<Field>;
    _mm512_store_si512(at, Vector<Field>::add(_mm512_load_si512(at), row.change(g)));
  }
}

template <class Row, class Field>
ISINGLASS_AVX512 DenseResult sweep_rows(const DenseSweep<Field>& sweep, Places& places) {
  using V = Vector<Field>;
  using Mask = typename V::Mask;
  DenseResult result;
  Places place = places;
  for (std::size_t g = sweep.first; g < sweep.last; ++g) {
    place.next();
    const __m512i threshold =
        V::min(_mm512_loadu_si512(sweep.pool + place.first()), _mm512_loadu_si512(sweep.pool + place.second()));
    Field* own_fields = sweep.fields + g * dense_group<Field>;
    auto up = static_cast<Mask>(sweep.up[g]), left = static_cast<Mask>(sweep.real[g]);
    __m512i fields = _mm512_load_si512(own_fields);
    while (const Mask taken = V::at_most(left, V::negated(fields, up), threshold)) {
      const auto k = static_cast<std::size_t>(std::countr_zero(taken));
      const auto own = static_cast<Mask>(std::uint32_t{1} << k);
      const bool was_up = (up & own) != 0;
      result.cost += was_up ? -own_fields[k] : own_fields[k];
      ++result.accepted;
      const Row row = Row::of(sweep, g * dense_group<Field> + k, was_up);
      add_row(sweep, row);
      // A row of bits has no zero for the spin itself.
      fields = V::add_where(static_cast<Mask>(~own), fields, row.change(g));
      _mm512_store_si512(own_fields, fields);
      up = static_cast<Mask>(up ^ own);
      left = static_cast<Mask>(left & ~(own | (own - 1U)));
    }
    sweep.up[g] = up;
  }
  places = place;
  return result;
}

template <class Row, class Field>
ISINGLASS_AVX512 void flip_row(const DenseSweep<Field>& sweep, DenseFlip flip) {
  const Field own = sweep.fields[flip.spin];
  add_row(sweep, Row::of(sweep, flip.spin, flip.was_up));
  sweep.fields[flip.spin] = own;
}

template <class Field>
__attribute__((target("avx512bw"))) DenseResult sweep_any(const DenseSweep<Field>& sweep, Places& places) {
  if constexpr (sizeof(Field) == 2)
    if (sweep.rows == nullptr) return sweep_rows<BitRow>(sweep, places);
  return sweep_rows<ByteRow<Field>>(sweep, places);
}

template <class Field>
__attribute__((target("avx512bw"))) void flip_any(const DenseSweep<Field>& sweep, DenseFlip flip) {
  if constexpr (sizeof(Field) == 2)
    if (sweep.rows == nullptr) return flip_row<BitRow>(sweep, flip);
  flip_row<ByteRow<Field>>(sweep, flip);
}

}  // namespace

template <class Field>
DenseKernels<Field> dense_kernels_avx512() {
  return {&sweep_any<Field>, &flip_any<Field>};
}

template DenseKernels<std::int16_t> dense_kernels_avx512();
template DenseKernels<std::int32_t> dense_kernels_avx512();

}  // namespace isinglass
