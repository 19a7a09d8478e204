#include "ising/dynamics/kernels.hpp"

#include <cmath>

#define HWY_TARGET_INCLUDE "ising/dynamics/kernels.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
#if HWY_TARGET == HWY_AVX3
#pragma GCC push_options
#pragma GCC target("avx512vnni")
#endif
namespace isinglass::ising::dynamics::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::ScalableTag<float> floats{};
constexpr hn::RebindToSigned<decltype(floats)> ints{};
constexpr hn::RebindToUnsigned<decltype(floats)> words{};
using F = hn::Vec<decltype(floats)>;
using I = hn::Vec<decltype(ints)>;
using U = hn::Vec<decltype(words)>;
constexpr std::size_t width = hn::MaxLanes(floats);
constexpr std::size_t tile_height = width == 16 ? row_tile : row_tile / 2;

HWY_INLINE F load(const float* at) { return hn::Load(floats, at); }
HWY_INLINE void store(float* at, F v) { hn::Store(v, floats, at); }
HWY_INLINE F all(float v) { return hn::Set(floats, v); }

// Products.

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
#if HWY_TARGET == HWY_AVX3
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
typedef std::int32_t Sums __attribute__((vector_size(sizeof(I))));

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

// Signs and energies.

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

void energies(const float* x, const float* product, const float* field, std::size_t rows, std::size_t lanes,
              float* out) {
  for (std::size_t l = 0; l < lanes; l += width) {
    F sum = hn::Zero(floats);
    for (std::size_t i = 0; i < rows; ++i)
      sum += sign_of(load(x + i * lanes + l)) * (all(0.5F) * load(product + i * lanes + l) + all(field[i]));
    store(out + l, sum);
  }
}

void keep(const float* x, const std::int32_t* improved, std::size_t rows, std::size_t lanes, float* best) {
  for (std::size_t l = 0; l < lanes; l += width) {
    const auto take = hn::RebindMask(floats, hn::Ne(hn::Load(ints, improved + l), hn::Zero(ints)));
    for (std::size_t k = l; k < rows * lanes; k += lanes)
      store(best + k, hn::IfThenElse(take, load(x + k), load(best + k)));
  }
}

HWY_INLINE U rotated_left_11(U v) { return hn::Or(hn::ShiftLeft<11>(v), hn::ShiftRight<21>(v)); }

/// The next word of each lane's xoshiro128+ (Blackman and Vigna 2018).
HWY_INLINE U next_word(U (&s)[4]) {
  const U word = hn::Add(s[0], s[3]), t = hn::ShiftLeft<9>(s[1]);
  s[2] = hn::Xor(s[2], s[0]);
  s[3] = hn::Xor(s[3], s[1]);
  s[1] = hn::Xor(s[1], s[2]);
  s[0] = hn::Xor(s[0], s[3]);
  s[2] = hn::Xor(s[2], t);
  s[3] = rotated_left_11(s[3]);
  return word;
}

void measure(const Measurement& m) {
  constexpr float unit = 0.0067658641F;  // 1 / sqrt(4 (256^2 - 1) / 12): four uniform bytes
  const U bytes = hn::Set(words, 0x00FF00FFU), low = hn::Set(words, 0xFFFFU);
  for (std::size_t l = 0; l < m.lanes; l += width) {
    U state[4];
    for (std::size_t w = 0; w < 4; ++w) state[w] = hn::Load(words, m.state + l + w * m.lanes);
    for (std::size_t k = l; k < m.rows * m.lanes; k += m.lanes) {
      const U word = next_word(state);
      const U pairs = hn::Add(hn::And(word, bytes), hn::And(hn::ShiftRight<8>(word), bytes));
      const U sum = hn::Add(hn::And(pairs, low), hn::ShiftRight<16>(pairs));
      const F z = hn::ConvertTo(floats, hn::Sub(hn::BitCast(ints, sum), hn::Set(ints, 510)));
      store(m.out + k, load(m.x + k) + all(m.sigma) * (all(unit) * z));
    }
    for (std::size_t w = 0; w < 4; ++w) hn::Store(state[w], words, m.state + l + w * m.lanes);
  }
}

// The equations, each once: for batches and for variables with forces, in vectors V of any length. No fused operations
// here: the expressions are the definitions, rounded as written.

template <class V>
HWY_INLINE V clipped(V x, V limit) {
  return hn::Min(hn::Max(x, hn::Neg(limit)), limit);
}

/// Bifurcation: y += dt (gain x + drive), x += dt y; at a wall |x| = 1 the momentum y is lost.
template <class V>
HWY_INLINE void bifurcate(V& x, V& y, V drive, V gain, V dt) {
  const V one = hn::Set(hn::DFromV<V>(), 1.0F);
  y = y + dt * (gain * x + drive);
  x = x + dt * y;
  y = hn::IfThenElseZero(hn::Le(hn::Abs(x), one), y);
  x = clipped(x, one);
}

/// A pumped amplitude: x += dt [(gain - saturation x^2) x + drive], |x| <= limit.
template <class V>
HWY_INLINE void pump(V& x, V drive, V gain, V saturation, V limit, V dt) {
  x = clipped(x + dt * ((gain - saturation * (x * x)) * x + drive), limit);
}

/// The error variable of amplitude control: e -= dt rate (x^2 - target) e.
template <class V>
HWY_INLINE V corrected(V e, V x, V rate, V target, V dt) {
  return e - dt * (rate * (x * x - target) * e);
}

/// Runs `move(k, drive, l)` for every vector of a batch, at k, of lanes l; it stores the new x, which it returns.
template <class Move>
HWY_INLINE void for_batch(const BatchStep& s, const Move& move) {
  for (std::size_t l = 0; l < s.lanes; l += width) {
    const F amplitude = load(s.amplitude + l), strength = hn::Neg(load(s.strength + l));
    F sum = hn::Zero(floats);
    for (std::size_t i = 0; i < s.rows; ++i) {
      const std::size_t k = i * s.lanes + l;
      sum += hn::Abs(move(k, strength, load(s.product + k) + all(s.field[i]) * amplitude, l));
    }
    store(s.sum + l, sum);
  }
}

void advance(Kind kind, const BatchStep& step) {
  const BatchStep s = step;  // a copy, which no store can change
  const F dt = all(s.time_step), gain = all(s.gain), saturation = all(s.saturation), limit = all(s.limit),
          largest_error = all(s.largest_error);
  if (kind == Kind::cim)
    return for_batch(s, [&](std::size_t k, F strength, F force, std::size_t) HWY_ATTR {
      F x = load(s.x + k);
      pump(x, strength * force, gain, saturation, limit, dt);
      store(s.x + k, x);
      return x;
    });
  if (kind == Kind::cac)
    return for_batch(s, [&](std::size_t k, F strength, F force, std::size_t l) HWY_ATTR {
      F x = load(s.x + k);
      const F e = load(s.second + k);
      store(s.second + k, clipped(corrected(e, x, load(s.rate + l), load(s.target + l), dt), largest_error));
      pump(x, strength * (e * force), gain, saturation, limit, dt);
      store(s.x + k, x);
      return x;
    });
  for_batch(s, [&](std::size_t k, F strength, F force, std::size_t) HWY_ATTR {
    F x = load(s.x + k), y = load(s.second + k);
    bifurcate(x, y, strength * force, gain, dt);
    store(s.second + k, y);
    store(s.x + k, x);
    return x;
  });
}

/// The smallest and the largest error variable of variables with forces.
constexpr float least_error = 0.01F, most_error = 10;

template <class D>
HWY_INLINE void advance_at(D d, const StepRule& rule, const ForcedStep& s, std::size_t k) {
  const auto value = [d](float v) HWY_ATTR { return hn::Set(d, v); };
  const auto dt = value(rule.time_step), gain = value(rule.gain), saturation = value(rule.saturation),
             limit = value(rule.limit), coupling = value(rule.coupling), force = hn::LoadU(d, s.force + k);
  auto x = hn::LoadU(d, s.x + k);
  if (rule.kind == Kind::cim) {
    pump(x, coupling * force, gain, saturation, limit, dt);
  } else if (rule.kind == Kind::cac) {
    const auto e = hn::LoadU(d, s.second + k);
    const auto next = corrected(e, x, value(rule.time_step * rule.rate), value(rule.target), value(1));
    hn::StoreU(hn::Min(hn::Max(next, value(least_error)), value(most_error)), d, s.second + k);
    pump(x, coupling * e * force, gain, saturation, limit, dt);
  } else {
    auto y = value(std::fmax(0.0F, 1 - rule.friction * rule.time_step)) * hn::LoadU(d, s.second + k);
    bifurcate(x, y, coupling * force, gain, dt);
    hn::StoreU(y, d, s.second + k);
  }
  hn::StoreU(x, d, s.x + k);
}

void advance_forced(const StepRule& rule, const ForcedStep& step) {
  std::size_t k = 0;
  for (; k + width <= step.size; k += width) advance_at(floats, rule, step, k);
  for (; k < step.size; ++k) advance_at(hn::CappedTag<float, 1>(), rule, step, k);
}

constexpr Kernels table{multiply,    multiply_bytes, multiply_rows, multiply_units, pack_signs, byte_signs,
                        float_signs, energies,       keep,          measure,        advance,    advance_forced};

}  // namespace
}  // namespace isinglass::ising::dynamics::HWY_NAMESPACE
#if HWY_TARGET == HWY_AVX3
#pragma GCC pop_options
#endif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::ising::dynamics {

const Kernels& kernels(simd::Width width) { return ISINGLASS_OF_WIDTH(width, table); }

}  // namespace isinglass::ising::dynamics
#endif
