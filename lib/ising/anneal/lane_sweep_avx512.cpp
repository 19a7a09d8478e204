#include "ising/anneal/lane_sweep.hpp"

#include <immintrin.h>

#define ISINGLASS_AVX512 __attribute__((target("avx512bw"), always_inline)) inline

namespace isinglass {

namespace {

/// 64-byte vectors of each width under one name, so that the sweep is written once. Sums of costs are kept narrow and widened
/// now and then: `flush` of the accepted flips at most.
template <class Int>
struct Vector;

template <>
struct Vector<std::int8_t> {
  using Mask = __mmask64;
  static constexpr int flush = 250;  // 250 * 127 < 2^15
  static ISINGLASS_AVX512 __m512i set(std::int32_t v) { return _mm512_set1_epi8(static_cast<char>(v)); }
  static ISINGLASS_AVX512 __m512i min(__m512i a, __m512i b) { return _mm512_min_epi8(a, b); }
  static ISINGLASS_AVX512 __m512i add(__m512i a, __m512i b) { return _mm512_add_epi8(a, b); }
  static ISINGLASS_AVX512 __m512i negated(__m512i a, Mask where) {
    return _mm512_mask_sub_epi8(a, where, _mm512_setzero_si512(), a);
  }
  static ISINGLASS_AVX512 Mask at_most(__m512i a, __m512i b) { return _mm512_cmple_epi8_mask(a, b); }
  static ISINGLASS_AVX512 __m512i only(Mask where, __m512i a) { return _mm512_maskz_mov_epi8(where, a); }

  /// Costs in two vectors of 16-bit lanes.
  struct Sums {
    __m512i low, high;
  };
  static ISINGLASS_AVX512 void add_costs(Sums& sums, Mask taken, __m512i cost) {
    const __m512i costs = only(taken, cost);
    sums.low = _mm512_add_epi16(sums.low, _mm512_cvtepi8_epi16(_mm512_castsi512_si256(costs)));
    sums.high = _mm512_add_epi16(sums.high, _mm512_cvtepi8_epi16(_mm512_extracti64x4_epi64(costs, 1)));
  }
  static ISINGLASS_AVX512 void widen(Sums& sums, std::int64_t* cost) {
    alignas(64) std::int16_t lanes[64];
    _mm512_store_si512(lanes, sums.low);
    _mm512_store_si512(lanes + 32, sums.high);
    for (int l = 0; l < 64; ++l) cost[l] += lanes[l];
    sums.low = sums.high = _mm512_setzero_si512();
  }
};

template <>
struct Vector<std::int16_t> {
  using Mask = __mmask32;
  static constexpr int flush = 1 << 15;  // 2^15 * (2^15 - 1) < 2^31
  static ISINGLASS_AVX512 __m512i set(std::int32_t v) { return _mm512_set1_epi16(static_cast<short>(v)); }
  static ISINGLASS_AVX512 __m512i min(__m512i a, __m512i b) { return _mm512_min_epi16(a, b); }
  static ISINGLASS_AVX512 __m512i add(__m512i a, __m512i b) { return _mm512_add_epi16(a, b); }
  static ISINGLASS_AVX512 __m512i negated(__m512i a, Mask where) {
    return _mm512_mask_sub_epi16(a, where, _mm512_setzero_si512(), a);
  }
  static ISINGLASS_AVX512 Mask at_most(__m512i a, __m512i b) { return _mm512_cmple_epi16_mask(a, b); }
  static ISINGLASS_AVX512 __m512i only(Mask where, __m512i a) { return _mm512_maskz_mov_epi16(where, a); }

  /// Costs in two vectors of 32-bit lanes.
  struct Sums {
    __m512i low, high;
  };
  static ISINGLASS_AVX512 void add_costs(Sums& sums, Mask taken, __m512i cost) {
    const __m512i costs = only(taken, cost);
    sums.low = _mm512_add_epi32(sums.low, _mm512_cvtepi16_epi32(_mm512_castsi512_si256(costs)));
    sums.high = _mm512_add_epi32(sums.high, _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(costs, 1)));
  }
  static ISINGLASS_AVX512 void widen(Sums& sums, std::int64_t* cost) {
    alignas(64) std::int32_t lanes[32];
    _mm512_store_si512(lanes, sums.low);
    _mm512_store_si512(lanes + 16, sums.high);
    for (int l = 0; l < 32; ++l) cost[l] += lanes[l];
    sums.low = sums.high = _mm512_setzero_si512();
  }
};

template <>
struct Vector<std::int32_t> {
  using Mask = __mmask16;
  static constexpr int flush = 1 << 30;
  static ISINGLASS_AVX512 __m512i set(std::int32_t v) { return _mm512_set1_epi32(v); }
  static ISINGLASS_AVX512 __m512i min(__m512i a, __m512i b) { return _mm512_min_epi32(a, b); }
  static ISINGLASS_AVX512 __m512i add(__m512i a, __m512i b) { return _mm512_add_epi32(a, b); }
  static ISINGLASS_AVX512 __m512i negated(__m512i a, Mask where) {
    return _mm512_mask_sub_epi32(a, where, _mm512_setzero_si512(), a);
  }
  static ISINGLASS_AVX512 Mask at_most(__m512i a, __m512i b) { return _mm512_cmple_epi32_mask(a, b); }
  static ISINGLASS_AVX512 __m512i only(Mask where, __m512i a) { return _mm512_maskz_mov_epi32(where, a); }

  /// Costs in two vectors of 64-bit lanes.
  struct Sums {
    __m512i low, high;
  };
  static ISINGLASS_AVX512 void add_costs(Sums& sums, Mask taken, __m512i cost) {
    const __m512i costs = only(taken, cost);
    sums.low = _mm512_add_epi64(sums.low, _mm512_cvtepi32_epi64(_mm512_castsi512_si256(costs)));
    sums.high = _mm512_add_epi64(sums.high, _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(costs, 1)));
  }
  static ISINGLASS_AVX512 void widen(Sums& sums, std::int64_t* cost) {
    alignas(64) std::int64_t lanes[16];
    _mm512_store_si512(lanes, sums.low);
    _mm512_store_si512(lanes + 8, sums.high);
    for (int l = 0; l < 16; ++l) cost[l] += lanes[l];
    sums.low = sums.high = _mm512_setzero_si512();
  }
};

/// One row of couplings: fields of all neighbours after the flips of lanes `taken`, which were up where `up` says.
template <class Int>
ISINGLASS_AVX512 void update_neighbours(Int* fields, const std::int32_t* code, const std::int32_t* end,
                                        typename Vector<Int>::Mask up, typename Vector<Int>::Mask taken) {
  using V = Vector<Int>;
  while (code != end) {
    const auto twice = static_cast<std::int32_t>(static_cast<std::uint32_t>(code[0]) * 2U);
    const __m512i change = V::only(taken, V::negated(V::set(twice), up));
    const std::int32_t* run_end = code + 2 + code[1];
    for (code += 2; code != run_end; ++code) {
      Int* neighbour = fields + static_cast<std::uint32_t>(*code);
      _mm512_store_si512(neighbour, V::add(_mm512_load_si512(neighbour), change));
    }
  }
}

template <class Int>
ISINGLASS_AVX512 bool sweep_vectors(const LaneSweep<Int>& sweep, Places& places) {
  using V = Vector<Int>;
  typename V::Sums sums{_mm512_setzero_si512(), _mm512_setzero_si512()};
  int accepted = 0;
  bool any = false;
  Places place = places;
  for (std::size_t i = sweep.first; i < sweep.last; ++i) {
    place.next();
    const __m512i threshold =
        V::min(_mm512_loadu_si512(sweep.pool + place.first()), _mm512_loadu_si512(sweep.pool + place.second()));
    const auto up = static_cast<typename V::Mask>(sweep.up[i]);
    const __m512i cost = V::negated(_mm512_load_si512(sweep.fields + i * lanes_of<Int>), up);
    const typename V::Mask taken = V::at_most(cost, threshold);
    if (taken == 0) continue;
    sweep.up[i] = static_cast<typename V::Mask>(up ^ taken);
    V::add_costs(sums, taken, cost);
    update_neighbours<Int>(sweep.fields, sweep.code + sweep.start[i], sweep.code + sweep.start[i + 1], up, taken);
    any = true;
    if (++accepted < V::flush) continue;
    V::widen(sums, sweep.cost);
    accepted = 0;
  }
  V::widen(sums, sweep.cost);
  places = place;
  return any;
}

}  // namespace

__attribute__((target("avx512bw"))) bool sweep_avx512(const LaneSweep<std::int8_t>& sweep, Places& places) {
  return sweep_vectors(sweep, places);
}
__attribute__((target("avx512bw"))) bool sweep_avx512(const LaneSweep<std::int16_t>& sweep, Places& places) {
  return sweep_vectors(sweep, places);
}
__attribute__((target("avx512bw"))) bool sweep_avx512(const LaneSweep<std::int32_t>& sweep, Places& places) {
  return sweep_vectors(sweep, places);
}

}  // namespace isinglass
