#include "ising/dynamics/step_kernels.hpp"

#include <cmath>

#define HWY_TARGET_INCLUDE "ising/dynamics/step_kernels.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::ising::dynamics::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::ScalableTag<float> floats{};
constexpr hn::RebindToSigned<decltype(floats)> ints{};
constexpr hn::RebindToUnsigned<decltype(floats)> words{};
using F = hn::Vec<decltype(floats)>;
using U = hn::Vec<decltype(words)>;
constexpr std::size_t width = hn::MaxLanes(floats);

HWY_INLINE F load(const float* at) { return hn::Load(floats, at); }
HWY_INLINE void store(float* at, F v) { hn::Store(v, floats, at); }
HWY_INLINE F all(float v) { return hn::Set(floats, v); }

HWY_INLINE F sign_of(F x) { return hn::IfThenElse(hn::Ge(x, hn::Zero(floats)), all(1), all(-1)); }

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

constexpr StepKernels table{energies, keep, measure, advance, advance_forced};

}  // namespace
}  // namespace isinglass::ising::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::ising::dynamics {

const StepKernels& step_kernels(simd::Width width) { return ISINGLASS_OF_WIDTH(width, table); }

}  // namespace isinglass::ising::dynamics
#endif
