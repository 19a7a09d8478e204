#include "readout/flip_sums.hpp"
#include "readout/problem.hpp"

#include <algorithm>

#define HWY_TARGET_INCLUDE "readout/flip_sums.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::readout::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR
void add_sums(const std::uint8_t* gap, BlockList blocks, std::span<const Flip> flips, int sign, std::int64_t* sums) {
  for (std::size_t k = 0; k < flips.size(); ++k)
    for (const std::uint32_t block : blocks)
      for (std::size_t i = block; i < block + block_images; ++i)
        sums[k] += std::max(2 * sign * flips[k].direction * flips[k].x[i], gap[i] - 128) - std::max(0, gap[i] - 128);
}
#else
namespace hn = hwy::HWY_NAMESPACE;
using Unsigned = hn::ScalableTag<std::uint8_t>;
using Bytes = hn::Vec<Unsigned>;
using Sum = hn::Vec<hn::ScalableTag<std::uint64_t>>;

/// The feature of a flip in steps of 2, with its sign and plus 128, so that bytes are compared without sign: -x + 128
/// is (x ^ 127) + 1.
struct Column {
  const std::int8_t* x;
  Bytes turn, carry;

  Column(const Flip& flip, int sign)
      : x(flip.x),
        turn(hn::Set(Unsigned(), flip.direction == sign ? 128 : 127)),
        carry(hn::Set(Unsigned(), flip.direction == sign ? 0 : 1)) {}

  /// Sums of a vector of images, eight each.
  HWY_INLINE Sum sums(Bytes gaps, std::size_t i) const {
    const auto half = hn::LoadU(Unsigned(), reinterpret_cast<const std::uint8_t*>(x + i));
    return hn::SumsOf8(hn::Max(hn::Add(hn::Xor(hn::Add(half, half), turn), carry), gaps));
  }
};

HWY_INLINE std::int64_t total(Sum sum, Sum still) {
  const hn::ScalableTag<std::uint64_t> d;
  return static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d, hn::Sub(sum, still))));
}

/// Four flips a pass, so that the gaps are loaded once for them; fewer are repeated.
void add_sums(const std::uint8_t* gap, BlockList blocks, std::span<const Flip> flips, int sign, std::int64_t* sums) {
  const Unsigned d;
  const hn::ScalableTag<std::uint64_t> d64;
  const auto middle = hn::Set(d, 128);
  for (std::size_t k = 0; k < flips.size(); k += 4) {
    const std::size_t last = flips.size() - 1;
    const Column a(flips[k], sign), b(flips[std::min(k + 1, last)], sign), c(flips[std::min(k + 2, last)], sign),
        e(flips[std::min(k + 3, last)], sign);
    Sum still = hn::Zero(d64), sum_a = still, sum_b = still, sum_c = still, sum_e = still;
    for (const std::uint32_t block : blocks)
      for (std::size_t i = block; i < block + block_images; i += hn::Lanes(d)) {
        const auto gaps = hn::LoadU(d, gap + i);
        still = hn::Add(still, hn::SumsOf8(hn::Max(middle, gaps)));
        sum_a = hn::Add(sum_a, a.sums(gaps, i));
        sum_b = hn::Add(sum_b, b.sums(gaps, i));
        sum_c = hn::Add(sum_c, c.sums(gaps, i));
        sum_e = hn::Add(sum_e, e.sums(gaps, i));
      }
    sums[k] += total(sum_a, still);
    if (k + 1 <= last) sums[k + 1] += total(sum_b, still);
    if (k + 2 <= last) sums[k + 2] += total(sum_c, still);
    if (k + 3 <= last) sums[k + 3] += total(sum_e, still);
  }
}
#endif

}  // namespace
}  // namespace isinglass::readout::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::readout {

void add_flip_sums(const std::uint8_t* gap, BlockList blocks, std::span<const Flip> flips, int sign,
                   std::span<std::int64_t> sums, simd::Width width) {
  ISINGLASS_OF_WIDTH(width, add_sums)(gap, blocks, flips, sign, sums.data());
}

}  // namespace isinglass::readout
#endif
