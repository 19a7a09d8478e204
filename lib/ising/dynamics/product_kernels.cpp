#include "ising/dynamics/product_kernels.hpp"

#include <cmath>

#define HWY_TARGET_INCLUDE "ising/dynamics/product_kernels.cpp"
#include "simd/each_width.hpp"

// Dot products of bytes in one instruction; Clang knows no way to add instructions to those that Highway has chosen.
#undef ISINGLASS_HAS_VNNI
#define ISINGLASS_HAS_VNNI (HWY_TARGET == HWY_AVX3 && HWY_COMPILER_GCC && !HWY_COMPILER_CLANG)

HWY_BEFORE_NAMESPACE();
#if ISINGLASS_HAS_VNNI
#pragma GCC push_options
#pragma GCC target("avx512vnni")
#endif
namespace isinglass::ising::dynamics::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::ScalableTag<float> floats{};
constexpr hn::RebindToSigned<decltype(floats)> ints{};
using F = hn::Vec<decltype(floats)>;
using I = hn::Vec<decltype(ints)>;
constexpr std::size_t width = hn::MaxLanes(floats);
constexpr std::size_t tile_height = width == 16 ? row_tile : row_tile / 2;

HWY_INLINE F load(const float* at) { return hn::Load(floats, at); }
HWY_INLINE void store(float* at, F v) { hn::Store(v, floats, at); }
HWY_INLINE F all(float v) { return hn::Set(floats, v); }

/// a v + s, rounded once.
HWY_INLINE F fused(float a, F v, F s) {
#if HWY_TARGET == HWY_SCALAR
  return all(std::fma(a, hn::GetLane(v), hn::GetLane(s)));
#else
  return hn::MulAdd(all(a), v, s);
#endif
}

/// s + the products of the word's four bytes with four bytes of 0 or 1.
HWY_INLINE I dot(std::int32_t word, I bits, I s) {
#if ISINGLASS_HAS_VNNI
  return I{_mm512_dpbusd_epi32(s.raw, bits.raw, _mm512_set1_epi32(word))};
#elif HWY_TARGET == HWY_AVX2
  const __m256i pairs = _mm256_maddubs_epi16(bits.raw, _mm256_set1_epi32(word));
  return hn::Add(s, I{_mm256_madd_epi16(pairs, _mm256_set1_epi16(1))});
#else
  const auto byte = [&](int b) { return hn::Set(ints, static_cast<std::int8_t>(word >> (8 * b))); };
  const auto bit = [&](I v) { return hn::Neg(hn::And(v, hn::Set(ints, 1))); };
  s = hn::Add(s, hn::And(bit(bits), byte(0)));
  s = hn::Add(s, hn::And(bit(hn::ShiftRight<8>(bits)), byte(1)));
  s = hn::Add(s, hn::And(bit(hn::ShiftRight<16>(bits)), byte(2)));
  return hn::Add(s, hn::And(bit(hn::ShiftRight<24>(bits)), byte(3)));
#endif
}

template <std::size_t height, std::size_t parts>
void product_tile(const float* panel, const float* x, std::size_t lanes, std::size_t inner, float* out) {
  F sum[height][parts];
#pragma GCC unroll 12
  for (std::size_t r = 0; r < height; ++r)
#pragma GCC unroll 2
    for (std::size_t p = 0; p < parts; ++p) sum[r][p] = hn::Zero(floats);
  for (std::size_t k = 0; k < inner; ++k) {
#pragma GCC unroll 2
    for (std::size_t p = 0; p < parts; ++p) {
      const F v = load(x + k * lanes + width * p);
#pragma GCC unroll 12
      for (std::size_t r = 0; r < height; ++r) sum[r][p] = fused(panel[row_tile * k + r], v, sum[r][p]);
    }
  }
#pragma GCC unroll 12
  for (std::size_t r = 0; r < height; ++r)
#pragma GCC unroll 2
    for (std::size_t p = 0; p < parts; ++p) store(out + r * lanes + width * p, sum[r][p]);
}

void multiply(const PanelView& j, const float* x, std::size_t lanes, float* out) {
  for (std::size_t i = 0; i < j.rows; i += row_tile)
    for (std::size_t half = 0; half < row_tile; half += tile_height) {
      const float* panel = j.value + i * j.inner + half;
      float* to = out + (i + half) * lanes;
      std::size_t l = 0;
      for (; l + 2 * width <= lanes; l += 2 * width) product_tile<tile_height, 2>(panel, x + l, lanes, j.inner, to + l);
      for (; l < lanes; l += width) product_tile<tile_height, 1>(panel, x + l, lanes, j.inner, to + l);
    }
}

/// GCC 12 spills sums that are held as Highway's vectors, whose elements have 64 bits to it.
using Sums __attribute__((vector_size(sizeof(I)))) = std::int32_t;

template <std::size_t height, std::size_t parts>
void byte_tile(const BytePanelView& j, std::size_t row, const std::int32_t* x, std::size_t lanes, float* out) {
  const std::int32_t* panel = j.words + row / row_tile * row_tile * j.groups + row % row_tile;
  Sums sum[height][parts];
#pragma GCC unroll 12
  for (std::size_t r = 0; r < height; ++r)
#pragma GCC unroll 2
    for (std::size_t p = 0; p < parts; ++p) sum[r][p] = Sums{};
  for (std::size_t k = 0; k < j.groups; ++k) {
    I v[parts];
#pragma GCC unroll 2
    for (std::size_t p = 0; p < parts; ++p) v[p] = hn::Load(ints, x + k * lanes + width * p);
      // Row by row, so that all sums and one word fit into the registers.
#pragma GCC unroll 12
    for (std::size_t r = 0; r < height; ++r)
#pragma GCC unroll 2
      for (std::size_t p = 0; p < parts; ++p)
        sum[r][p] = __builtin_bit_cast(Sums, dot(panel[row_tile * k + r], v[p], __builtin_bit_cast(I, sum[r][p])));
  }
#pragma GCC unroll 12
  for (std::size_t r = 0; r < height; ++r)
#pragma GCC unroll 2
    for (std::size_t p = 0; p < parts; ++p) {  // signs are 2 bits - 1
      const I twice = hn::Sub(__builtin_bit_cast(I, sum[r][p] + sum[r][p]), hn::Set(ints, j.row_sum[row + r]));
      store(out + r * lanes + width * p, hn::Mul(all(j.scale), hn::ConvertTo(floats, twice)));
    }
}

void multiply_bytes(const BytePanelView& j, const std::int32_t* x, std::size_t lanes, float* out) {
  for (std::size_t i = 0; i < j.rows; i += tile_height) {
    std::size_t l = 0;
    for (; l + 2 * width <= lanes; l += 2 * width) byte_tile<tile_height, 2>(j, i, x + l, lanes, out + i * lanes + l);
    for (; l < lanes; l += width) byte_tile<tile_height, 1>(j, i, x + l, lanes, out + i * lanes + l);
  }
}

template <std::size_t parts>
void row_product(const RowView& j, std::size_t i, const float* x, std::size_t lanes, float* out) {
  F sum[parts];
#pragma GCC unroll 4
  for (std::size_t p = 0; p < parts; ++p) sum[p] = hn::Zero(floats);
  for (auto k = j.start[i]; k < j.start[i + 1]; ++k) {
    const float* other = x + static_cast<std::size_t>(j.column[k]) * lanes;
#pragma GCC unroll 4
    for (std::size_t p = 0; p < parts; ++p) sum[p] = fused(j.value[k], load(other + width * p), sum[p]);
  }
#pragma GCC unroll 4
  for (std::size_t p = 0; p < parts; ++p) store(out + i * lanes + width * p, sum[p]);
}

void multiply_rows(const RowView& j, const float* x, std::size_t lanes, float* out) {
  for (std::size_t i = 0; i < j.rows; ++i) {
    std::size_t l = 0;
    for (; l + 4 * width <= lanes; l += 4 * width) row_product<4>(j, i, x + l, lanes, out + l);
    for (; l + 2 * width <= lanes; l += 2 * width) row_product<2>(j, i, x + l, lanes, out + l);
    for (; l < lanes; l += width) row_product<1>(j, i, x + l, lanes, out + l);
  }
}

/// Lanes l .. of row i, as many as `bytes` has, which cannot overflow: a row has at most 127 entries. Returns the next
/// lane.
template <class D>
HWY_INLINE std::size_t unit_product(D bytes, const UnitRowView& j, std::size_t i, const std::int8_t* x,
                                    std::size_t lanes, std::size_t l, float* out) {
  const hn::Rebind<std::int8_t, decltype(floats)> few;
  auto sum = hn::Zero(bytes);
  const std::int64_t first = j.bounds[2 * i], middle = j.bounds[2 * i + 1], last = j.bounds[2 * i + 2];
  const auto signs = [&](std::int64_t k)
                         HWY_ATTR { return hn::Load(bytes, x + static_cast<std::size_t>(j.column[k]) * lanes + l); };
  for (auto k = first; k < middle; ++k) sum = hn::Add(sum, signs(k));
  for (auto k = middle; k < last; ++k) sum = hn::Sub(sum, signs(k));
  alignas(64) std::int8_t lane[64];
  hn::Store(sum, bytes, lane);
  for (std::size_t b = 0; b < hn::MaxLanes(bytes); b += width)
    store(out + i * lanes + l + b,
          hn::Mul(all(j.scale), hn::ConvertTo(floats, hn::PromoteTo(ints, hn::Load(few, lane + b)))));
  return l + hn::MaxLanes(bytes);
}

void multiply_units(const UnitRowView& j, const std::int8_t* x, std::size_t lanes, float* out) {
  const hn::CappedTag<std::int8_t, 64> whole;
  const hn::CappedTag<std::int8_t, 32> half;
  const hn::CappedTag<std::int8_t, 16> quarter;
  for (std::size_t i = 0; i < j.rows; ++i) {
    std::size_t l = 0;
    while (l + hn::MaxLanes(whole) <= lanes) l = unit_product(whole, j, i, x, lanes, l, out);
    while (l + hn::MaxLanes(half) <= lanes) l = unit_product(half, j, i, x, lanes, l, out);
    while (l < lanes) l = unit_product(quarter, j, i, x, lanes, l, out);
  }
}

// Signs.

HWY_INLINE F sign_of(F x) { return hn::IfThenElse(hn::Ge(x, hn::Zero(floats)), all(1), all(-1)); }

void pack_signs(const float* x, std::size_t rows, std::size_t lanes, std::int32_t* out) {
  for (std::size_t i = 0; i < rows; i += 4)
    for (std::size_t l = 0; l < lanes; l += width) {
      I word = hn::Zero(ints);
#pragma GCC unroll 4
      for (int b = 0; b < 4; ++b) {
        const auto is_up = hn::Ge(load(x + (i + static_cast<std::size_t>(b)) * lanes + l), hn::Zero(floats));
        word = hn::Or(word, hn::IfThenElseZero(hn::RebindMask(ints, is_up), hn::Set(ints, 1 << (8 * b))));
      }
      hn::Store(word, ints, out + i / 4 * lanes + l);
    }
}

void byte_signs(const float* x, std::size_t count, std::int8_t* out) {
  const hn::Rebind<std::int8_t, decltype(floats)> bytes;
  for (std::size_t k = 0; k < count; k += width)
    hn::Store(hn::DemoteTo(bytes, hn::ConvertTo(ints, sign_of(load(x + k)))), bytes, out + k);
}

void float_signs(const float* x, std::size_t count, float* out) {
  for (std::size_t k = 0; k < count; k += width) store(out + k, sign_of(load(x + k)));
}

constexpr ProductKernels table{multiply,   multiply_bytes, multiply_rows, multiply_units,
                               pack_signs, byte_signs,     float_signs};

}  // namespace
}  // namespace isinglass::ising::dynamics::HWY_NAMESPACE
#if ISINGLASS_HAS_VNNI
#pragma GCC pop_options
#endif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::ising::dynamics {

const ProductKernels& product_kernels(simd::Width width) { return ISINGLASS_OF_WIDTH(width, table); }

}  // namespace isinglass::ising::dynamics
#endif
