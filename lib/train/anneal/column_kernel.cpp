#include "train/anneal/column_kernel.hpp"

#include <algorithm>

#define HWY_TARGET_INCLUDE "train/anneal/column_kernel.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::train::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

enum class Inputs { none, one, difference };

template <Inputs inputs>
std::int64_t moved_heights(const ColumnView& view, const std::int8_t* x, const std::int8_t* minus, int step) {
  const hn::ScalableTag<std::int16_t> d;
  const hn::Rebind<std::int8_t, decltype(d)> d8;
  const hn::ScalableTag<std::int32_t> d32;
  constexpr std::size_t block = 128;
  const auto steps = hn::Set(d, static_cast<std::int16_t>(step)), top = hn::Set(d, static_cast<std::int16_t>(view.top));
  const auto shift = hn::Set(d, static_cast<std::int16_t>(view.shift + (inputs == Inputs::none ? step : 0)));
  std::int64_t total = 0;
  for (std::size_t at = 0; at < view.size;) {
    const std::size_t end = std::min(view.size, at + std::max(view.per_flush, std::size_t{1}) * hn::Lanes(d));
    auto even = hn::Zero(d32), odd = hn::Zero(d32);
    for (; at < end; at += hn::Lanes(d)) {
      auto z = hn::Add(hn::LoadU(d, view.z + at), shift);
      if constexpr (inputs != Inputs::none) {
        auto input = hn::PromoteTo(d, hn::LoadU(d8, x + at));
        if constexpr (inputs == Inputs::difference) input = hn::Sub(input, hn::PromoteTo(d, hn::LoadU(d8, minus + at)));
        z = hn::Add(z, hn::Mul(input, steps));
      }
      const auto height = hn::Min(hn::Max(z, hn::Zero(d)), top);
      even = hn::ReorderWidenMulAccumulate(d32, height, hn::LoadU(d, view.jumps + at), even, odd);
    }
    HWY_ALIGN std::int32_t lanes[block];
    hn::StoreU(hn::Add(even, odd), d32, lanes);
    for (std::size_t l = 0; l < hn::Lanes(d32); ++l) total += lanes[l];
  }
  return total;
}

std::int64_t any_moved_heights(const ColumnView& view, const std::int8_t* x, const std::int8_t* minus, int step) {
  return (x == nullptr       ? moved_heights<Inputs::none>
          : minus == nullptr ? moved_heights<Inputs::one>
                             : moved_heights<Inputs::difference>)(view, x, minus, step);
}

}  // namespace
}  // namespace isinglass::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::train {

std::int64_t sum_moved_heights(const ColumnView& view, const std::int8_t* x, const std::int8_t* minus, int step,
                               simd::Width width) {
  return ISINGLASS_OF_WIDTH(width, any_moved_heights)(view, x, minus, step);
}

}  // namespace isinglass::train
#endif
