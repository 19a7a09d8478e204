#include "energy/kernels.hpp"

#define HWY_TARGET_INCLUDE "energy/narrow_kernel.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::energy::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR
template <bool squared>
std::int64_t sum_narrow(const UnitView& unit, const std::int8_t* x, int step) {
  return squared ? reference::squared_change(unit, x, step) : reference::linear_change(unit, x, step);
}
#else
namespace hn = hwy::HWY_NAMESPACE;

/// after^2 - before^2 is taken as (after - before) (after + before): the first factor is at most the shift, so that its
/// product with the multiplier stays within 16 bits, and one multiply-add with the second gives 32-bit pairs, of which
/// `fits_narrow` lets four add up. Of the linear cost the second factor is 1.
template <bool squared>
std::int64_t sum_narrow(const UnitView& unit, const std::int8_t* x, int step) {
  constexpr std::size_t pairs_at_once = 4;
  const hn::ScalableTag<std::int16_t> d;
  const hn::Rebind<std::int8_t, decltype(d)> d8;
  const hn::Repartition<std::int32_t, decltype(d)> d32;
  const hn::Half<decltype(d32)> half32;
  const hn::Repartition<std::int64_t, decltype(d)> d64;
  const auto steps = hn::Set(d, static_cast<std::int16_t>(step)), zero = hn::Zero(d), one = hn::Set(d, 1);
  auto sum = hn::Zero(d64);
  for (std::size_t s = 0; s < unit.size;) {
    auto pairs = hn::Zero(d32), odd = hn::Zero(d32);
    for (std::size_t v = 0; v < pairs_at_once; ++v, s += hn::Lanes(d)) {
      const auto above = hn::LoadU(d, unit.above + s), below = hn::LoadU(d, unit.below + s);
      const auto shift = hn::Mul(hn::PromoteTo(d, hn::LoadU(d8, x + s)), steps);
      const auto before = hn::Max(hn::Max(above, below), zero);
      const auto after = hn::Max(hn::Max(hn::Add(above, shift), hn::Sub(below, shift)), zero);
      const auto weighted = hn::Mul(hn::Sub(after, before), hn::LoadU(d, unit.multiplier + s));
      pairs = hn::ReorderWidenMulAccumulate(d32, weighted, squared ? hn::Add(after, before) : one, pairs, odd);
    }
    pairs = hn::RearrangeToOddPlusEven(pairs, odd);
    sum = hn::Add(sum, hn::PromoteTo(d64, hn::LowerHalf(half32, pairs)));
    sum = hn::Add(sum, hn::PromoteTo(d64, hn::UpperHalf(half32, pairs)));
  }
  return hn::GetLane(hn::SumOfLanes(d64, sum));
}
#endif

}  // namespace
}  // namespace isinglass::energy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::energy {

std::int64_t narrow_change(const UnitView& unit, const std::int8_t* x, int step, bool squared, simd::Width width) {
  return (squared ? ISINGLASS_OF_WIDTH(width, sum_narrow<true>) : ISINGLASS_OF_WIDTH(width, sum_narrow<false>))(unit, x,
                                                                                                                step);
}

}  // namespace isinglass::energy
#endif
