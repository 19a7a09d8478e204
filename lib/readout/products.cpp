#include "readout/loops.hpp"

#include <algorithm>
#include <array>
#include <limits>

#define HWY_TARGET_INCLUDE "readout/products.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::readout::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Images whose sums and features stay in the first cache.
constexpr std::size_t images_at_once = 512;
/// Features whose sums fit 16 bits.
constexpr std::size_t features_at_once = 512;
static_assert(features_at_once * largest_feature <= std::numeric_limits<std::int16_t>::max());

/// By feature, since each has its pages.
void add_part(const FeatureView& features, const std::int8_t* weights, std::size_t f, std::size_t first,
              std::size_t size, std::int32_t* sums) {
  const hn::ScalableTag<std::int16_t> d;
  const hn::Rebind<std::int8_t, decltype(d)> d8;
  alignas(64) std::array<std::int16_t, images_at_once> part{};
  for (std::size_t k = f; k < std::min(f + features_at_once, features.count); ++k) {
    const std::int8_t* x = features.column(k) + first;
    for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
      const auto now = hn::LoadU(d, part.data() + i), next = hn::PromoteTo(d, hn::LoadU(d8, x + i));
      hn::StoreU(weights[k] < 0 ? hn::Sub(now, next) : hn::Add(now, next), d, part.data() + i);
    }
  }
  const hn::ScalableTag<std::int32_t> d32;
  const hn::Rebind<std::int16_t, decltype(d32)> d16;
  for (std::size_t i = 0; i < size; i += hn::Lanes(d32))
    hn::StoreU(hn::Add(hn::LoadU(d32, sums + i), hn::PromoteTo(d32, hn::LoadU(d16, part.data() + i))), d32, sums + i);
}

/// Part by part of the features, which stays in the second cache for all rows.
void add_products_of(const FeatureView& features, const Readout& readout, std::int32_t* scores) {
  for (std::size_t i = 0; i < features.stride; i += images_at_once)
    for (std::size_t f = 0; f < features.count; f += features_at_once)
      for (std::size_t row = 0; row < readout.outputs(); ++row)
        add_part(features, readout.weights.data() + row * features.count, f, i,
                 std::min(images_at_once, features.stride - i), scores + row * features.stride + i);
}

}  // namespace
}  // namespace isinglass::readout::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::readout {

void add_products(const FeatureView& features, const Readout& readout, std::int32_t* scores, simd::Width width) {
  ISINGLASS_OF_WIDTH(width, add_products_of)(features, readout, scores);
}

}  // namespace isinglass::readout
#endif
