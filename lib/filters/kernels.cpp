#include "filters/kernels.hpp"

#include <algorithm>
#include <cstring>

#define HWY_TARGET_INCLUDE "filters/kernels.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::filters::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Bytes = hn::ScalableTag<std::uint8_t>;
using Words = hn::ScalableTag<std::uint64_t>;

/// A mask of lanes as the lowest bits of a word, and back.
template <class D, class Mask>
std::uint64_t word_of(D d, Mask mask) {
  std::uint64_t word = 0;
  hn::StoreMaskBits(d, mask, reinterpret_cast<std::uint8_t*>(&word));
  return word;
}
template <class D>
auto mask_of(D d, std::uint64_t word) {
  return hn::LoadMaskBits(d, reinterpret_cast<const std::uint8_t*>(&word));
}

/// Values of 0 .. 31 at the taps, added.
template <class D, class Taps>
auto sum_taps(D d, const std::uint8_t* at, const Taps& taps) {
  auto sum = hn::Zero(d);
  for (const std::ptrdiff_t tap : taps) {
    if constexpr (sizeof(hn::TFromD<D>) == 1)
      sum = hn::Add(sum, hn::LoadU(d, at + tap));
    else
      sum = hn::Add(sum, hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::uint8_t, D>(), at + tap)));
  }
  return sum;
}

void half_sums(std::span<const std::ptrdiff_t> taps, const MapPlace& place, const HalfSums& halves) {
  const hn::ScalableTag<std::uint16_t> d;
  const hn::Rebind<std::int16_t, decltype(d)> d16;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  std::size_t to = 0;
  for (std::size_t y = 0; y < place.rows; ++y)
    for (std::size_t x = 0; x < place.columns; ++x, to += block_images)
      for (std::size_t s = 0; s < block_images; s += hn::Lanes(d)) {
        const auto sum = sum_taps(d, place.bytes + y * place.byte_stride + x * block_images + s, taps);
        const auto down = hn::ShiftRight<1>(sum), up = hn::ShiftRight<1>(hn::Add(sum, hn::Set(d, 1)));
        hn::StoreU(hn::DemoteTo(bytes, hn::BitCast(d16, down)), bytes, halves.down.data() + to + s);
        hn::StoreU(hn::DemoteTo(bytes, hn::BitCast(d16, up)), bytes, halves.up.data() + to + s);
      }
}

/// Twice the sum p of the plus taps must exceed above + total, so p exceeds half of that rounded down, which is at
/// least half + floor(above / 2) + 1 where `half` is that of the total, rounded up if `above` is odd.
template <class Taps>
void map_by_halves(const Taps& plus, int above, const MapPlace& place, const HalfSums& halves, std::uint64_t* words,
                   std::size_t stride) {
  const Bytes d;
  const std::uint8_t* half = (above % 2 != 0 ? halves.up : halves.down).data();
  const int rest = (above - (above % 2 != 0 ? 1 : 0)) / 2 + 1;
  const auto limit = [](int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); };
  const auto more = hn::Set(d, limit(rest)), less = hn::Set(d, limit(-rest));
  for (std::size_t y = 0; y < place.rows; ++y)
    for (std::size_t x = 0; x < place.columns; ++x, half += block_images) {
      const std::uint8_t* at = place.bytes + y * place.byte_stride + x * block_images;
      std::uint64_t word = 0;
      for (std::size_t s = 0; s < block_images; s += hn::Lanes(d)) {
        const auto sum = sum_taps(d, at + s, plus);
        const auto least = hn::SaturatedSub(hn::SaturatedAdd(hn::LoadU(d, half + s), more), less);
        word |= word_of(d, hn::Eq(hn::Max(sum, least), sum)) << s;
      }
      words[y * stride + x] = word;
    }
}

void map_by_sums(const FilterTaps& taps, int above, const MapPlace& place, std::uint64_t* words, std::size_t stride) {
  const hn::ScalableTag<std::int16_t> d;
  const auto limit = hn::Set(d, static_cast<std::int16_t>(std::clamp(above, -32768, 32767)));
  for (std::size_t y = 0; y < place.rows; ++y)
    for (std::size_t x = 0; x < place.columns; ++x) {
      const std::uint8_t* at = place.bytes + y * place.byte_stride + x * block_images;
      std::uint64_t word = 0;
      for (std::size_t s = 0; s < block_images; s += hn::Lanes(d))
        word |= word_of(d, hn::Gt(hn::Sub(sum_taps(d, at + s, taps.plus), sum_taps(d, at + s, taps.minus)), limit))
                << s;
      words[y * stride + x] = word;
    }
}

/// The sum of 255 for all images cannot come up, so that a limit beyond it holds for none.
void filter_map(const FilterTaps& taps, int above, const MapPlace& place, const HalfSums& halves,
                std::span<std::uint64_t> words, std::size_t stride) {
  if (std::max(taps.plus.size(), taps.minus.size()) > byte_taps) {
    map_by_sums(taps, above, place, words.data(), stride);
  } else if (taps.plus.size() == byte_taps) {  // as many as there are mostly: registers hold their places
    std::array<std::ptrdiff_t, byte_taps> plus;
    std::copy_n(taps.plus.begin(), byte_taps, plus.begin());
    map_by_halves(plus, above, place, halves, words.data(), stride);
  } else {
    map_by_halves(taps.plus, above, place, halves, words.data(), stride);
  }
}

void conjunction(std::span<const LiteralWords> literals, std::size_t literal_stride, std::size_t rows,
                 std::span<std::uint64_t> words) {
  const Words d;
  const std::size_t columns = words.size() / rows;
  const auto row_of = [&](const LiteralWords& literal, std::size_t y) {
    const auto row = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(y) + literal.row_offset, 0,
                                                static_cast<std::ptrdiff_t>(rows) - 1);
    return literal.words + static_cast<std::size_t>(row) * literal_stride;
  };
  for (std::size_t y = 0; y < rows; ++y) {
    std::uint64_t* to = words.data() + y * columns;
    const std::uint64_t* from = row_of(literals[0], y);
    for (std::size_t x = 0; x < columns; x += hn::Lanes(d))
      hn::StoreU(hn::Xor(hn::LoadU(d, from + x), hn::Set(d, literals[0].flip)), d, to + x);
    for (const LiteralWords& literal : literals.subspan(1)) {
      from = row_of(literal, y);
      const auto flip = hn::Set(d, literal.flip);
      for (std::size_t x = 0; x < columns; x += hn::Lanes(d))
        hn::StoreU(hn::And(hn::LoadU(d, to + x), hn::Xor(hn::LoadU(d, from + x), flip)), d, to + x);
    }
  }
}

/// Adds the bits of three rows to a number whose digit k is the vector planes[k]: full adders.
template <std::size_t digits, class V>
void add_rows(V (&planes)[digits], V a, V b, V c) {
  const auto ab = hn::Xor(a, b);
  const auto sum = hn::Xor(ab, c), twos = hn::Or(hn::And(a, b), hn::And(ab, c));
  const auto carry = hn::And(planes[0], sum);
  planes[0] = hn::Xor(planes[0], sum);
  const auto either = hn::Xor(planes[1], twos);
  auto over = hn::Or(hn::And(planes[1], twos), hn::And(either, carry));
  planes[1] = hn::Xor(either, carry);
  for (std::size_t k = 2; k < digits; ++k) {
    const auto next = hn::And(planes[k], over);
    planes[k] = hn::Xor(planes[k], over);
    over = next;
  }
}

/// Digits of the number of set bits in each column of a range of rows, for all 64 images: planes[digit][column].
template <std::size_t digits>
void count_columns(Range range, std::span<const std::uint64_t> words, std::size_t columns, std::uint64_t* planes) {
  const Words d;
  for (std::size_t x = 0; x < columns; x += hn::Lanes(d)) {
    hn::Vec<Words> sum[digits];
    for (auto& plane : sum) plane = hn::Zero(d);
    const auto row = [&](int y) {
      return y < range.last ? hn::LoadU(d, words.data() + static_cast<std::size_t>(y) * columns + x) : hn::Zero(d);
    };
    for (int y = range.first; y < range.last; y += 3) add_rows(sum, row(y), row(y + 1), row(y + 2));
    for (std::size_t k = 0; k < digits; ++k) hn::StoreU(sum[k], d, planes + k * columns + x);
  }
}

/// Digits of numbers to bytes, an image each.
void write_counts(std::size_t digits, const Pooling& pooling, std::size_t padded) {
  const Bytes d;
  for (std::size_t x = 0; x < pooling.columns; ++x)
    for (std::size_t s = 0; s < block_images; s += hn::Lanes(d)) {
      auto count = hn::Zero(d);
      for (std::size_t k = 0; k < digits; ++k) {
        const auto mask = mask_of(d, pooling.planes[k * padded + x] >> s);
        count = hn::Or(count, hn::IfThenElseZero(mask, hn::Set(d, static_cast<std::uint8_t>(1U << k))));
      }
      hn::StoreU(count, d, pooling.counts.data() + x * block_images + s);
    }
}

/// Entries of a table of 16 by indices of 0 .. 15.
template <class D>
auto looked_up(D d, const LevelPart& part, hn::Vec<D> index) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(d, part[hn::GetLane(index)]);
#else
  return hn::TableLookupBytes(hn::LoadDup128(d, part.data()), index);
#endif
}

/// Parts of the step function that counts of a window reach.
std::size_t parts_of(Range rows, Range columns) {
  return static_cast<std::size_t>((rows.size() * columns.size() + part_counts - 1) / part_counts);
}

void add_window(Range rows, Range columns, const Pooling& pooling, std::int8_t* features) {
  const Bytes d;
  const hn::RebindToSigned<Bytes> signed_d;
  const auto parts = pooling.parts.first(parts_of(rows, columns));
  const auto last = hn::Set(d, part_counts);
  for (std::size_t s = 0; s < block_images; s += hn::Lanes(d)) {
    auto count = hn::Zero(d);
    for (int x = columns.first; x < columns.last; ++x)
      count = hn::Add(count, hn::LoadU(d, pooling.counts.data() + static_cast<std::size_t>(x) * block_images + s));
    auto feature = hn::BitCast(d, hn::LoadU(signed_d, features + s));
    for (const LevelPart& part : parts) {
      feature = hn::Add(feature, looked_up(d, part, hn::Min(count, last)));
      count = hn::SaturatedSub(count, last);
    }
    hn::StoreU(hn::BitCast(signed_d, feature), signed_d, features + s);
  }
}

void pool(const Pooling& pooling, std::span<const std::uint64_t> words, std::span<std::int8_t> features) {
  const std::size_t padded = words.size() / pooling.rows;
  std::int8_t* to = features.data();
  for (const Range& rows : pooling.row_windows) {
    const std::size_t digits = rows.size() < 8 ? 3 : rows.size() < 16 ? 4 : 8;
    (digits == 3   ? count_columns<3>
     : digits == 4 ? count_columns<4>
                   : count_columns<8>)(rows, words, padded, pooling.planes.data());
    write_counts(digits, pooling, padded);
    for (const Range& columns : pooling.column_windows) {
      add_window(rows, columns, pooling, to);
      to += pooling.feature_stride;
    }
  }
}

/// 7 N / (sqrt(V) + 784), rounded, halves upward; see channels.hpp for why doubles are exact here.
void contrasts(std::span<const std::int32_t> above_mean, std::span<const std::int32_t> variance,
               std::span<std::uint8_t> stored) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<std::int32_t, decltype(d)> d32;
  const auto low = hn::Set(d, -15.0), high = hn::Set(d, 15.0);
  for (std::size_t i = 0; i < stored.size(); i += hn::Lanes(d)) {
    const auto n = hn::PromoteTo(d, hn::LoadU(d32, above_mean.data() + i));
    const auto v = hn::PromoteTo(d, hn::LoadU(d32, variance.data() + i));
    const auto ratio = hn::Div(hn::Mul(hn::Set(d, 7.0), n), hn::Add(hn::Sqrt(v), hn::Set(d, 784.0)));
    const auto value = hn::Floor(hn::Add(hn::Min(hn::Max(ratio, low), high), hn::Set(d, 0.5)));
    std::int32_t lanes[contrast_block];
    hn::StoreU(hn::DemoteTo(d32, value), d32, lanes);
    for (std::size_t j = 0; j < hn::Lanes(d); ++j) stored[i + j] = static_cast<std::uint8_t>(lanes[j] + 15);
  }
}

}  // namespace
}  // namespace isinglass::filters::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::filters {

std::vector<LevelPart> level_parts(std::span<const std::uint8_t> levels, int largest) {
  std::vector<LevelPart> parts;
  const auto level = [&](int count) { return levels[static_cast<std::size_t>(std::min(count, largest))]; };
  for (int first = 0; first < largest; first += part_counts) {
    LevelPart& part = parts.emplace_back();
    for (int k = 0; k <= part_counts; ++k)
      part[static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(level(first + k) - level(first));
  }
  return parts;
}

void write_half_sums(std::span<const std::ptrdiff_t> taps, const MapPlace& place, const HalfSums& halves,
                     simd::Width width) {
  ISINGLASS_OF_WIDTH(width, half_sums)(taps, place, halves);
}

void write_map(const FilterTaps& taps, int above, const MapPlace& place, const HalfSums& halves,
               std::span<std::uint64_t> words, std::size_t stride, simd::Width width) {
  ISINGLASS_OF_WIDTH(width, filter_map)(taps, above, place, halves, words, stride);
}

void write_conjunction(std::span<const LiteralWords> literals, std::size_t literal_stride, std::size_t rows,
                       std::span<std::uint64_t> words, simd::Width width) {
  ISINGLASS_OF_WIDTH(width, conjunction)(literals, literal_stride, rows, words);
}

void add_levels(const Pooling& pooling, std::span<const std::uint64_t> words, std::span<std::int8_t> features,
                simd::Width width) {
  ISINGLASS_OF_WIDTH(width, pool)(pooling, words, features);
}

void store_contrasts(std::span<const std::int32_t> above_mean, std::span<const std::int32_t> variance,
                     std::span<std::uint8_t> stored, simd::Width width) {
  ISINGLASS_OF_WIDTH(width, contrasts)(above_mean, variance, stored);
}

}  // namespace isinglass::filters
#endif
