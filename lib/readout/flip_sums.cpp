#include "readout/flip_sums.hpp"
#include "readout/problem.hpp"

#include <algorithm>

#define HWY_TARGET_INCLUDE "readout/flip_sums.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::readout::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR
template <bool negate>
void add_sums(const std::uint8_t* gap, BlockList blocks, std::span<const std::int8_t* const> columns,
              std::int64_t* sums) {
  for (std::size_t k = 0; k < columns.size(); ++k)
    for (const std::uint32_t block : blocks)
      for (std::size_t i = block; i < block + block_images; ++i)
        sums[k] += std::max(128 + (negate ? -2 : 2) * columns[k][i], int{gap[i]});
}
#else
namespace hn = hwy::HWY_NAMESPACE;
using Unsigned = hn::ScalableTag<std::uint8_t>;
using Sum = hn::Vec<hn::ScalableTag<std::uint64_t>>;

/// Sums of a vector of one feature, eight lanes each. 2 x has its sign bit turned to be compared as unsigned.
template <bool negate>
HWY_INLINE Sum sums_of(hn::Vec<Unsigned> gaps, const std::int8_t* x) {
  const Unsigned d;
  const auto middle = hn::Set(d, 128);
  const auto half = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(x));
  const auto twice = hn::Add(half, half);
  return hn::SumsOf8(hn::Max(negate ? hn::Sub(middle, twice) : hn::Xor(twice, middle), gaps));
}

template <bool negate>
void add_four(const std::uint8_t* gap, BlockList blocks, const std::int8_t* const* x, std::int64_t* sums) {
  const Unsigned d;
  const hn::ScalableTag<std::uint64_t> d64;
  Sum a = hn::Zero(d64), b = a, c = a, e = a;
  for (const std::uint32_t block : blocks)
    for (std::size_t i = block; i < block + block_images; i += hn::Lanes(d)) {
      const auto gaps = hn::LoadU(d, gap + i);
      a = hn::Add(a, sums_of<negate>(gaps, x[0] + i));
      b = hn::Add(b, sums_of<negate>(gaps, x[1] + i));
      c = hn::Add(c, sums_of<negate>(gaps, x[2] + i));
      e = hn::Add(e, sums_of<negate>(gaps, x[3] + i));
    }
  sums[0] += static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d64, a)));
  sums[1] += static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d64, b)));
  sums[2] += static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d64, c)));
  sums[3] += static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d64, e)));
}

template <bool negate>
void add_one(const std::uint8_t* gap, BlockList blocks, const std::int8_t* x, std::int64_t* sum) {
  const Unsigned d;
  const hn::ScalableTag<std::uint64_t> d64;
  Sum a = hn::Zero(d64);
  for (const std::uint32_t block : blocks)
    for (std::size_t i = block; i < block + block_images; i += hn::Lanes(d))
      a = hn::Add(a, sums_of<negate>(hn::LoadU(d, gap + i), x + i));
  *sum += static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d64, a)));
}

/// Four features a pass, so that the gaps are loaded once for them.
template <bool negate>
void add_sums(const std::uint8_t* gap, BlockList blocks, std::span<const std::int8_t* const> columns,
              std::int64_t* sums) {
  std::size_t k = 0;
  for (; k + 4 <= columns.size(); k += 4) add_four<negate>(gap, blocks, columns.data() + k, sums + k);
  for (; k < columns.size(); ++k) add_one<negate>(gap, blocks, columns[k], sums + k);
}
#endif

}  // namespace
}  // namespace isinglass::readout::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::readout {

void add_flip_sums(const std::uint8_t* gap, BlockList blocks, std::span<const std::int8_t* const> columns,
                   int direction, std::span<std::int64_t> sums, simd::Width width) {
  (direction < 0 ? ISINGLASS_OF_WIDTH(width, add_sums<true>) : ISINGLASS_OF_WIDTH(width, add_sums<false>))(
      gap, blocks, columns, sums.data());
}

}  // namespace isinglass::readout
#endif
