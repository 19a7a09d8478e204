#include "filters/gradient_kernels.hpp"

#include <algorithm>
#include <array>
#include <vector>

#define HWY_TARGET_INCLUDE "filters/gradient_kernels.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::filters::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Shorts = hn::ScalableTag<std::int16_t>;
using Block = std::array<std::int16_t, block_images>;

auto mask_at(Shorts d, std::uint64_t word, std::size_t first) {
  word >>= first;
  return hn::LoadMaskBits(d, reinterpret_cast<const std::uint8_t*>(&word));
}

void scale(std::span<const std::int32_t> signals, std::span<const std::int8_t> counts,
           std::span<const std::int32_t> slopes, std::span<std::int16_t> scaled) {
  constexpr int unit_bits = 20;
  constexpr std::int64_t unit = std::int64_t{1} << unit_bits;
  static_assert(unit == std::int64_t{signal_step} * slope_one);
  for (std::size_t i = 0; i < block_images; ++i) {
    const std::int64_t product = std::int64_t{signals[i]} * slopes[static_cast<std::uint8_t>(counts[i])];
    scaled[i] = static_cast<std::int16_t>(std::clamp<std::int64_t>((product + unit / 2) >> unit_bits, -32768, 32767));
  }
}

/// to += from, saturating.
void add_block(const std::int16_t* from, std::int16_t* to) {
  const Shorts d;
  for (std::size_t s = 0; s < block_images; s += hn::Lanes(d))
    hn::StoreU(hn::SaturatedAdd(hn::LoadU(d, to + s), hn::LoadU(d, from + s)), d, to + s);
}

/// to += or -= from where the word has bits, saturating.
void add_where(std::uint64_t word, const std::int16_t* from, bool is_negative, std::int16_t* to) {
  const Shorts d;
  for (std::size_t s = 0; s < block_images; s += hn::Lanes(d)) {
    const auto change = hn::IfThenElseZero(mask_at(d, word, s), hn::LoadU(d, from + s));
    const auto value = hn::LoadU(d, to + s);
    hn::StoreU(is_negative ? hn::SaturatedSub(value, change) : hn::SaturatedAdd(value, change), d, to + s);
  }
}

/// Passes signals on to the bits of a map.
class PathEnd {
public:
  PathEnd(const LiteralPath& path, const SignalMap& map) : path_(path), map_(map) {}

  void add(std::size_t y, std::size_t x, std::uint64_t word, const std::int16_t* signals) const {
    const std::size_t row = moved(y, path_.dy, map_.rows), column = moved(x, path_.dx, map_.columns);
    if (path_.bits == nullptr)
      add_where(word, signals, path_.is_negated, signals_at(row, column));
    else
      add_around(row, column, word, signals);
  }

private:
  static std::size_t moved(std::size_t at, int by, std::size_t size) {
    return static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(at) + by, 0, static_cast<std::ptrdiff_t>(size) - 1));
  }

  [[nodiscard]] std::int16_t* signals_at(std::size_t row, std::size_t column) const {
    return map_.values.data() + (row * map_.columns + column) * block_images;
  }

  void add_around(std::size_t row, std::size_t column, std::uint64_t word, const std::int16_t* signals) const {
    const std::size_t top = row - (row > 0 ? 1 : 0), bottom = std::min(row + 1, map_.rows - 1);
    const std::size_t left = column - (column > 0 ? 1 : 0), right = std::min(column + 1, map_.columns - 1);
    std::uint64_t any = 0, several = 0;
    for (std::size_t y = top; y <= bottom; ++y)
      for (std::size_t x = left; x <= right; ++x) {
        const std::uint64_t bit = path_.bits[y * path_.bits_stride + x];
        several |= any & bit;
        any |= bit;
      }
    word &= ~several;
    for (std::size_t y = top; word != 0 && y <= bottom; ++y)
      for (std::size_t x = left; x <= right; ++x) {
        const std::uint64_t alone = word & (~any | path_.bits[y * path_.bits_stride + x]);
        if (alone != 0) add_where(alone, signals, path_.is_negated, signals_at(y, x));
      }
  }

  const LiteralPath& path_;
  const SignalMap& map_;
};

void path_to_map(const LiteralPath& path, const SignalMap& map) {
  const PathEnd end(path, map);
  const std::size_t across = path.column_windows;
  std::vector<Block> of_row(across);
  Block sum;
  for (std::size_t y = 0; y < map.rows; ++y) {
    for (Block& block : of_row) block.fill(0);
    for (const std::size_t r : path.rows[y])
      for (std::size_t c = 0; c < across; ++c)
        add_block(path.scaled.data() + (r * across + c) * block_images, of_row[c].data());
    for (std::size_t x = 0; x < map.columns; ++x) {
      const std::uint64_t word = path.others[y * path.others_stride + x];
      const std::vector<std::size_t>& columns = path.columns[x];
      if (word == 0 || columns.empty()) continue;
      sum = of_row[columns.front()];
      for (std::size_t c = 1; c < columns.size(); ++c) add_block(of_row[columns[c]].data(), sum.data());
      end.add(y, x, word, sum.data());
    }
  }
}

/// Sums of products of 16 bits in lanes of 32, emptied before they can overflow: a product is below 2^20, and a lane
/// takes at most 64 of them at a position.
std::int64_t tap_products(const TapProducts& products, const SignalMap& map, std::span<std::int64_t> sums) {
  constexpr int positions_between = 16;
  const Shorts d;
  const hn::ScalableTag<std::int32_t> d32;
  const hn::Rebind<std::uint8_t, Shorts> bytes;
  using V32 = hn::Vec<decltype(d32)>;
  const std::size_t taps = products.taps.size(), lanes = hn::Lanes(d32);
  const auto one = hn::Set(d, 1);
  simd::AlignedVector<std::int32_t> kept((taps + 1) * lanes);
  const auto gather = [&](V32& sum, auto a, auto b) {
    auto odd = hn::Zero(d32);
    sum = hn::ReorderWidenMulAccumulate(d32, a, b, sum, odd);
    sum = hn::Add(sum, odd);
  };
  std::int64_t total = 0;
  const auto empty = [&] {
    for (std::size_t t = 0; t <= taps; ++t) {
      std::int64_t sum = 0;
      for (std::size_t l = 0; l < lanes; ++l) sum += kept[t * lanes + l];
      (t < taps ? sums[t] : total) += sum;
    }
    std::ranges::fill(kept, 0);
  };
  int positions = 0;
  for (std::size_t y = 0; y < map.rows; ++y)
    for (std::size_t x = 0; x < map.columns; ++x) {
      const std::uint64_t word = products.low[y * products.stride + x] & ~products.high[y * products.stride + x];
      if (word == 0) continue;
      const std::int16_t* from = map.values.data() + (y * map.columns + x) * block_images;
      const std::uint8_t* at = products.place.bytes + y * products.place.byte_stride + x * block_images;
      for (std::size_t s = 0; s < block_images; s += hn::Lanes(d)) {
        const auto signal = hn::IfThenElseZero(mask_at(d, word, s), hn::LoadU(d, from + s));
        for (std::size_t t = 0; t <= taps; ++t) {
          auto sum = hn::LoadU(d32, kept.data() + t * lanes);
          gather(sum, signal, t < taps ? hn::PromoteTo(d, hn::LoadU(bytes, at + products.taps[t] + s)) : one);
          hn::StoreU(sum, d32, kept.data() + t * lanes);
        }
      }
      if (++positions % positions_between == 0) empty();
    }
  empty();
  return total;
}

}  // namespace
}  // namespace isinglass::filters::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::filters {

WindowsAt windows_at(std::span<const Range> windows, std::size_t positions) {
  WindowsAt found(positions);
  for (std::size_t w = 0; w < windows.size(); ++w)
    for (int p = windows[w].first; p < windows[w].last; ++p) found[static_cast<std::size_t>(p)].push_back(w);
  return found;
}

void scale_signals(std::span<const std::int32_t> signals, std::span<const std::int8_t> counts,
                   std::span<const std::int32_t> slopes, std::span<std::int16_t> scaled, simd::Width width) {
  ISINGLASS_OF_WIDTH(width, scale)(signals, counts, slopes, scaled);
}

void add_path(const LiteralPath& path, const SignalMap& map, simd::Width width) {
  ISINGLASS_OF_WIDTH(width, path_to_map)(path, map);
}

std::int64_t add_tap_products(const TapProducts& products, const SignalMap& map, std::span<std::int64_t> sums,
                              simd::Width width) {
  return ISINGLASS_OF_WIDTH(width, tap_products)(products, map, sums);
}

}  // namespace isinglass::filters
#endif
