#include "readout/excess.hpp"

#include <algorithm>
#include <limits>

#define HWY_TARGET_INCLUDE "readout/excess.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::readout::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

void find_excess_of(const ScoreView& scores, std::size_t begin, std::size_t end, std::size_t y, std::size_t c,
                    std::int16_t* excess) {
  const hn::ScalableTag<std::int32_t> d;
  const hn::Rebind<std::int16_t, decltype(d)> narrow;
  const auto highest = hn::Set(narrow, largest_excess), lowest = hn::Set(narrow, -largest_excess);
  const auto twice_margin = hn::Set(d, scores.twice_margin);
  for (std::size_t i = begin; i < end; i += hn::Lanes(d)) {
    auto top = hn::Set(d, std::numeric_limits<std::int32_t>::min() / 2);
    for (std::size_t k = 0; k < scores.classes; ++k)
      if (k != y && k != c) top = hn::Max(top, hn::LoadU(d, scores.row(k) + i));
    const auto moved = hn::LoadU(d, scores.row(c) + i);
    const auto short_of = hn::Sub(twice_margin, hn::LoadU(d, scores.row(y) + i));
    const auto above = y == c ? hn::Add(short_of, top) : hn::Min(hn::Add(short_of, moved), hn::Sub(moved, top));
    hn::StoreU(hn::Max(hn::Min(hn::DemoteTo(narrow, above), highest), lowest), narrow, excess + i);
  }
}

/// Calls `visit` with each block and a vector of its excesses' maxima.
template <std::size_t flips_at_most, class Visit>
HWY_INLINE void move_each(const PassView& pass, BlockList blocks, std::span<const Flip> flips, int sign,
                          const Visit& visit) {
  const hn::ScalableTag<std::int16_t> d;
  const hn::Rebind<std::int8_t, decltype(d)> d8;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  const auto middle = hn::Set(d, 128);
  const std::size_t moves = std::min(flips_at_most, flips.size());
  for (const std::uint32_t block : blocks) {
    auto highest = hn::Set(d, std::numeric_limits<std::int16_t>::min());
    for (std::size_t i = block; i < block + block_images; i += hn::Lanes(d)) {
      auto now = hn::LoadU(d, pass.excess + i);
      for (std::size_t k = 0; k < moves; ++k) {
        const auto x = hn::PromoteTo(d, hn::LoadU(d8, flips[k].x + i));
        const auto twice = hn::Add(x, x);
        now = flips[k].direction == sign ? hn::Add(now, twice) : hn::Sub(now, twice);
      }
      hn::StoreU(now, d, pass.excess + i);
      hn::StoreU(hn::DemoteTo(bytes, hn::Sub(middle, now)), bytes, pass.gap + i);
      highest = hn::Max(highest, now);
    }
    visit(block, highest);
  }
}

template <std::size_t flips_at_most>
std::size_t list_moved(const PassView& pass, BlockList blocks, std::span<const Flip> flips, int sign, int limit,
                       std::uint32_t* above) {
  const hn::ScalableTag<std::int16_t> d;
  const auto limits = hn::Set(d, static_cast<std::int16_t>(limit));
  std::size_t count = 0;
  move_each<flips_at_most>(pass, blocks, flips, sign, [&](std::uint32_t block, hn::Vec<decltype(d)> highest) {
    above[count] = block;
    count += hn::AllFalse(d, hn::Gt(highest, limits)) ? 0 : 1;
  });
  return count;
}

/// One flip is what is made mostly.
std::size_t move_and_list(const PassView& pass, BlockList blocks, std::span<const Flip> flips, int sign, int limit,
                          std::uint32_t* above) {
  return flips.size() == 1 ? list_moved<1>(pass, blocks, flips, sign, limit, above)
                           : list_moved<largest_group>(pass, blocks, flips, sign, limit, above);
}

void move_and_rank(const PassView& pass, BlockList blocks, std::span<const Flip> flips, int sign) {
  const hn::ScalableTag<std::int16_t> d;
  move_each<largest_group>(pass, blocks, flips, sign, [&](std::uint32_t block, hn::Vec<decltype(d)> highest) {
    pass.highest[block / block_images] = hn::GetLane(hn::MaxOfLanes(d, highest));
  });
}

}  // namespace
}  // namespace isinglass::readout::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::readout {

void find_excess(const ScoreView& scores, const ClassLayout& layout, std::size_t y, std::size_t c, std::int16_t* excess,
                 simd::Width width) {
  ISINGLASS_OF_WIDTH(width, find_excess_of)(scores, layout.begin(y), layout.begin(y + 1), y, c, excess);
  std::fill(excess + layout.begin(y) + layout.count(y), excess + layout.begin(y + 1),
            static_cast<std::int16_t>(-largest_excess));
}

std::size_t move_blocks(const PassView& pass, BlockList blocks, std::span<const Flip> flips, int sign, int limit,
                        std::uint32_t* above, simd::Width width) {
  return ISINGLASS_OF_WIDTH(width, move_and_list)(pass, blocks, flips, sign, limit, above);
}

void move_and_rank_blocks(const PassView& pass, BlockList blocks, std::span<const Flip> flips, int sign,
                          simd::Width width) {
  ISINGLASS_OF_WIDTH(width, move_and_rank)(pass, blocks, flips, sign);
}

}  // namespace isinglass::readout
#endif
