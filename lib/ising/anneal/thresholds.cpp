#include "ising/anneal/thresholds.hpp"

#include "base/random.hpp"
#include "base/vector_clones.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace isinglass {

namespace {

using Quantiles = std::array<std::uint16_t, ThresholdPool::size>;

Quantiles sorted_quantiles(double one) {
  Quantiles sorted{};
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    const double v = (static_cast<double>(k) + 0.5) / static_cast<double>(sorted.size());
    sorted[k] = static_cast<std::uint16_t>(std::lround(-std::log(v) * one));
  }
  return sorted;
}

/// T as factor * 2^-shift with a factor of 16 bits: products with quantiles stay within 32.
struct Factor {
  std::uint32_t factor;
  int shift;
};

Factor factor_of(double temperature) {
  int exponent = 0;
  (void)std::frexp(temperature, &exponent);
  const int up = std::min(16 - exponent, 19);
  const double scaled = std::ldexp(temperature, up);
  return {static_cast<std::uint32_t>(std::min(std::floor(scaled + 0.5), 65535.0)), up + 12};
}

ISINGLASS_VECTOR void scale_narrow(const std::uint16_t* quantiles, Factor f, std::uint32_t most, std::int16_t* scaled) {
  for (std::size_t k = 0; k < ThresholdPool::padded; ++k)
    scaled[k] = static_cast<std::int16_t>(std::min((quantiles[k] * f.factor) >> f.shift, most));
}

ISINGLASS_VECTOR void scale_bytes(const std::uint16_t* quantiles, Factor f, std::int8_t* scaled) {
  for (std::size_t k = 0; k < ThresholdPool::padded; ++k)
    scaled[k] = static_cast<std::int8_t>(std::min((quantiles[k] * f.factor) >> f.shift, std::uint32_t{127}));
}

}  // namespace

Places ThresholdPool::shuffle(std::uint64_t seed, std::uint64_t chunk) {
  static const Quantiles sorted = sorted_quantiles(one);
  const auto words =
      draw(seed, Stream::read, static_cast<std::uint32_t>(chunk), static_cast<std::uint32_t>(chunk >> 32U), 0, 1);
  Places random{(static_cast<std::uint64_t>(words[0]) << 32U) | words[1]};
  std::ranges::copy(sorted, quantiles_.begin());
  for (std::size_t k = size - 1; k > 0; --k) {
    random.next();
    std::swap(quantiles_[k],
              quantiles_[below(static_cast<std::uint32_t>(random.state >> 32U), static_cast<std::uint32_t>(k + 1))]);
  }
  std::copy_n(quantiles_.begin(), padded - size, quantiles_.begin() + size);
  return Places{(static_cast<std::uint64_t>(words[2]) << 32U) | words[3]};
}

void ThresholdPool::scale(double temperature, std::span<std::int8_t> scaled) const {
  if (temperature <= 0) return (void)std::ranges::fill(scaled, std::int8_t{-1});
  scale_bytes(quantiles_.data(), factor_of(std::min(temperature, largest_temperature)), scaled.data());
}

void ThresholdPool::scale(double temperature, std::span<std::int16_t> scaled) const {
  if (temperature <= 0) return (void)std::ranges::fill(scaled, std::int16_t{-1});
  scale_narrow(quantiles_.data(), factor_of(std::min(temperature, largest_temperature)), 32767, scaled.data());
}

void ThresholdPool::scale(double temperature, std::span<std::int32_t> scaled) const {
  if (temperature <= 0) return (void)std::ranges::fill(scaled, -1);
  const double factor = temperature / one, most = std::numeric_limits<std::int32_t>::max();
  for (std::size_t k = 0; k < padded; ++k) scaled[k] = static_cast<std::int32_t>(std::min(factor * quantiles_[k], most));
}

}  // namespace isinglass
