#include "ising/tabu/pick.hpp"

#include <immintrin.h>

#include <algorithm>
#include <limits>
#include <type_traits>

// GCC 12 takes the undefined pass-through operand of its own intrinsics for a mistake.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

namespace isinglass {

namespace {

struct NoRow {};

/// Of lanes with the least cost, the one whose block came first, then the first lane.
template <class Cost>
Pick<Cost> first_of_least(const Cost* cost, const Stamp<Cost>* position, std::size_t first_block, std::size_t blocks) {
  const Cost least = *std::min_element(cost, cost + pick_lanes<Cost>);
  if (least == std::numeric_limits<Cost>::max()) return {least, -1};
  auto key = std::numeric_limits<std::size_t>::max();
  for (std::size_t lane = 0; lane < pick_lanes<Cost>; ++lane)
    if (cost[lane] == least) key = std::min(key, static_cast<std::size_t>(position[lane]) * pick_lanes<Cost> + lane);
  const std::size_t block = (first_block + key / pick_lanes<Cost>) % blocks;
  return {least, static_cast<std::int32_t>(block * pick_lanes<Cost> + key % pick_lanes<Cost>)};
}

namespace plain {

template <class Cost>
struct Ops {
  struct Best {
    explicit Best(Cost most) { std::fill(cost, cost + pick_lanes<Cost>, most); }
    void store(Cost* to, Stamp<Cost>* where) const {
      std::copy(cost, cost + pick_lanes<Cost>, to);
      std::copy(position, position + pick_lanes<Cost>, where);
    }
    Cost cost[pick_lanes<Cost>];
    Stamp<Cost> position[pick_lanes<Cost>] = {};
  };
  struct Constants {
    Constants(Stamp<Cost> n, Cost a) : now(n), aspiration(a) {}
    Stamp<Cost> now;
    Cost aspiration;
  };
  template <bool plus, class Row>
  static void change(Cost* cost, const Row* row, const Cost* sign) {
    for (std::size_t i = 0; i < pick_lanes<Cost>; ++i) cost[i] += plus ? sign[i] * row[i] : -(sign[i] * row[i]);
  }
  static void consider(Best& best, const Constants& k, const Cost* cost, const Stamp<Cost>* until, Stamp<Cost> at) {
    for (std::size_t i = 0; i < pick_lanes<Cost>; ++i) {
      const bool better = cost[i] < best.cost[i] && (until[i] <= k.now || cost[i] < k.aspiration);
      best.cost[i] = better ? cost[i] : best.cost[i];
      best.position[i] = better ? at : best.position[i];
    }
  }
};

#include "ising/tabu/pick_scan.hpp"

}  // namespace plain

#pragma GCC push_options
#pragma GCC target("avx2")

namespace avx2 {

template <class Cost>
struct Ops;

template <>
struct Ops<std::int32_t> {
  static __m256i load(const std::int32_t* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }
  static __m256i load(const std::int16_t* at) {
    return _mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  }
  static void store(std::int32_t* to, __m256i v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), v); }

  struct Best {
    explicit Best(std::int32_t most) : cost{_mm256_set1_epi32(most), _mm256_set1_epi32(most)}, position{} {}
    void store(std::int32_t* to, std::int32_t* where) const {
      for (int half = 0; half < 2; ++half) {
        Ops::store(to + 8 * half, cost[half]);
        Ops::store(where + 8 * half, position[half]);
      }
    }
    __m256i cost[2], position[2];
  };
  struct Constants {
    Constants(std::int32_t n, std::int32_t a) : now(_mm256_set1_epi32(n)), aspiration(_mm256_set1_epi32(a)) {}
    __m256i now, aspiration;
  };
  template <bool plus, class Row>
  static void change(std::int32_t* cost, const Row* row, const std::int32_t* sign) {
    for (int half = 0; half < 16; half += 8) {
      const __m256i step = _mm256_sign_epi32(load(row + half), load(sign + half));
      store(cost + half, plus ? _mm256_add_epi32(load(cost + half), step) : _mm256_sub_epi32(load(cost + half), step));
    }
  }
  static void consider(Best& best, const Constants& k, const std::int32_t* cost, const std::int32_t* until, std::int32_t at) {
    for (int half = 0; half < 2; ++half) {
      const __m256i c = load(cost + 8 * half);
      const __m256i tabu =
          _mm256_andnot_si256(_mm256_cmpgt_epi32(k.aspiration, c), _mm256_cmpgt_epi32(load(until + 8 * half), k.now));
      const __m256i better = _mm256_andnot_si256(tabu, _mm256_cmpgt_epi32(best.cost[half], c));
      best.cost[half] = _mm256_blendv_epi8(best.cost[half], c, better);
      best.position[half] = _mm256_blendv_epi8(best.position[half], _mm256_set1_epi32(at), better);
    }
  }
};

template <>
struct Ops<double> {
  static __m256i load(const std::int64_t* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }

  struct Best {
    explicit Best(double most) : cost{_mm256_set1_pd(most), _mm256_set1_pd(most)}, position{} {}
    void store(double* to, std::int64_t* where) const {
      for (int half = 0; half < 2; ++half) {
        _mm256_storeu_pd(to + 4 * half, cost[half]);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(where + 4 * half), position[half]);
      }
    }
    __m256d cost[2];
    __m256i position[2];
  };
  struct Constants {
    Constants(std::int64_t n, double a) : now(_mm256_set1_epi64x(n)), aspiration(_mm256_set1_pd(a)) {}
    __m256i now;
    __m256d aspiration;
  };
  template <bool plus>
  static void change(double* cost, const double* row, const double* sign) {
    for (int half = 0; half < 8; half += 4) {
      const __m256d step = _mm256_mul_pd(_mm256_loadu_pd(row + half), _mm256_loadu_pd(sign + half)),
                    c = _mm256_loadu_pd(cost + half);
      _mm256_storeu_pd(cost + half, plus ? _mm256_add_pd(c, step) : _mm256_sub_pd(c, step));
    }
  }
  static void consider(Best& best, const Constants& k, const double* cost, const std::int64_t* until, std::int64_t at) {
    for (int half = 0; half < 2; ++half) {
      const __m256d c = _mm256_loadu_pd(cost + 4 * half);
      const __m256d late = _mm256_castsi256_pd(_mm256_cmpgt_epi64(load(until + 4 * half), k.now));
      const __m256d tabu = _mm256_andnot_pd(_mm256_cmp_pd(c, k.aspiration, _CMP_LT_OQ), late);
      const __m256d better = _mm256_andnot_pd(tabu, _mm256_cmp_pd(c, best.cost[half], _CMP_LT_OQ));
      best.cost[half] = _mm256_blendv_pd(best.cost[half], c, better);
      best.position[half] = _mm256_castpd_si256(
          _mm256_blendv_pd(_mm256_castsi256_pd(best.position[half]), _mm256_castsi256_pd(_mm256_set1_epi64x(at)), better));
    }
  }
};

#include "ising/tabu/pick_scan.hpp"

}  // namespace avx2

#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl")

namespace avx512 {

template <class Cost>
struct Ops;

template <>
struct Ops<std::int32_t> {
  static __m512i load(const std::int32_t* at) { return _mm512_loadu_si512(at); }
  static __m512i load(const std::int16_t* at) {
    return _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
  }

  struct Best {
    explicit Best(std::int32_t most) : cost(_mm512_set1_epi32(most)), position(_mm512_setzero_si512()) {}
    void store(std::int32_t* to, std::int32_t* where) const {
      _mm512_storeu_si512(to, cost);
      _mm512_storeu_si512(where, position);
    }
    __m512i cost, position;
  };
  struct Constants {
    Constants(std::int32_t n, std::int32_t a) : now(_mm512_set1_epi32(n)), aspiration(_mm512_set1_epi32(a)) {}
    __m512i now, aspiration;
  };
  template <bool plus, class Row>
  static void change(std::int32_t* cost, const Row* row, const std::int32_t* sign) {
    const __m512i step = _mm512_mullo_epi32(load(row), load(sign)), c = load(cost);
    _mm512_storeu_si512(cost, plus ? _mm512_add_epi32(c, step) : _mm512_sub_epi32(c, step));
  }
  static void consider(Best& best, const Constants& k, const std::int32_t* cost, const std::int32_t* until, std::int32_t at) {
    const __m512i c = load(cost);
    const __mmask16 admissible =
        _kor_mask16(_mm512_cmple_epi32_mask(load(until), k.now), _mm512_cmplt_epi32_mask(c, k.aspiration));
    const __mmask16 better = _mm512_mask_cmplt_epi32_mask(admissible, c, best.cost);
    best.cost = _mm512_mask_mov_epi32(best.cost, better, c);
    best.position = _mm512_mask_mov_epi32(best.position, better, _mm512_set1_epi32(at));
  }
};

template <>
struct Ops<double> {
  struct Best {
    explicit Best(double most) : cost(_mm512_set1_pd(most)), position(_mm512_setzero_si512()) {}
    void store(double* to, std::int64_t* where) const {
      _mm512_storeu_pd(to, cost);
      _mm512_storeu_si512(where, position);
    }
    __m512d cost;
    __m512i position;
  };
  struct Constants {
    Constants(std::int64_t n, double a) : now(_mm512_set1_epi64(n)), aspiration(_mm512_set1_pd(a)) {}
    __m512i now;
    __m512d aspiration;
  };
  template <bool plus>
  static void change(double* cost, const double* row, const double* sign) {
    const __m512d step = _mm512_mul_pd(_mm512_loadu_pd(row), _mm512_loadu_pd(sign)), c = _mm512_loadu_pd(cost);
    _mm512_storeu_pd(cost, plus ? _mm512_add_pd(c, step) : _mm512_sub_pd(c, step));
  }
  static void consider(Best& best, const Constants& k, const double* cost, const std::int64_t* until, std::int64_t at) {
    const __m512d c = _mm512_loadu_pd(cost);
    const __mmask8 admissible =
        _kor_mask8(_mm512_cmple_epi64_mask(_mm512_loadu_si512(until), k.now), _mm512_cmp_pd_mask(c, k.aspiration, _CMP_LT_OQ));
    const __mmask8 better = _mm512_mask_cmp_pd_mask(admissible, c, best.cost, _CMP_LT_OQ);
    best.cost = _mm512_mask_mov_pd(best.cost, better, c);
    best.position = _mm512_mask_mov_epi64(best.position, better, _mm512_set1_epi64(at));
  }
};

#include "ising/tabu/pick_scan.hpp"

}  // namespace avx512

#pragma GCC pop_options

}  // namespace

template <class Cost, class Row>
Pick<Cost> update_and_pick(const Change<Cost, Row>& change, const MoveView<Cost>& view, simd::Width width) {
  switch (width) {
    case simd::Width::avx512:
      return avx512::picked(change, view);
    case simd::Width::avx2:
      return avx2::picked(change, view);
    case simd::Width::plain:
      break;
  }
  return plain::picked(change, view);
}

template <class Cost>
Pick<Cost> pick(const MoveView<Cost>& view, simd::Width width) {
  return update_and_pick(Change<Cost, NoRow>{}, view, width);
}

template <class Cost, class Row>
void update(const Change<Cost, Row>& change, std::size_t size, simd::Width width) {
  switch (width) {
    case simd::Width::avx512:
      return avx512::updated(change, size);
    case simd::Width::avx2:
      return avx2::updated(change, size);
    case simd::Width::plain:
      return plain::updated(change, size);
  }
}

template Pick<std::int32_t> pick(const MoveView<std::int32_t>&, simd::Width);
template Pick<double> pick(const MoveView<double>&, simd::Width);
template Pick<std::int32_t> update_and_pick(const Change<std::int32_t, std::int16_t>&, const MoveView<std::int32_t>&,
                                            simd::Width);
template Pick<std::int32_t> update_and_pick(const Change<std::int32_t, std::int32_t>&, const MoveView<std::int32_t>&,
                                            simd::Width);
template Pick<double> update_and_pick(const Change<double, double>&, const MoveView<double>&, simd::Width);
template void update(const Change<std::int32_t, std::int16_t>&, std::size_t, simd::Width);
template void update(const Change<std::int32_t, std::int32_t>&, std::size_t, simd::Width);
template void update(const Change<double, double>&, std::size_t, simd::Width);

}  // namespace isinglass
