#include "ising/anneal/thresholds.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace isinglass::ising {

namespace {

std::uint32_t low_word(std::uint64_t n) { return static_cast<std::uint32_t>(n); }
std::uint32_t high_word(std::uint64_t n) { return static_cast<std::uint32_t>(n >> 32U); }
std::uint64_t joined(std::uint32_t high, std::uint32_t low) { return (static_cast<std::uint64_t>(high) << 32U) | low; }

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

void scale_narrow(const std::uint16_t* quantiles, Factor f, std::uint32_t most, std::int16_t* scaled) {
  for (std::size_t k = 0; k < ThresholdPool::padded; ++k)
    scaled[k] = static_cast<std::int16_t>(std::min((quantiles[k] * f.factor) >> f.shift, most));
}

void scale_bytes(const std::uint16_t* quantiles, Factor f, std::int8_t* scaled) {
  for (std::size_t k = 0; k < ThresholdPool::padded; ++k)
    scaled[k] = static_cast<std::int8_t>(std::min((quantiles[k] * f.factor) >> f.shift, std::uint32_t{127}));
}

void scale_words(const std::uint16_t* quantiles, double factor, std::int32_t* scaled) {
  constexpr double most = std::numeric_limits<std::int32_t>::max();
  for (std::size_t k = 0; k < ThresholdPool::padded; ++k)
    scaled[k] = static_cast<std::int32_t>(std::min(factor * quantiles[k], most));
}

}  // namespace

Places ThresholdPool::shuffle(std::uint64_t seed, std::uint64_t chunk) {
  const std::pair<std::uint64_t, std::uint64_t> wanted{seed, chunk / chunks_a_shuffle};
  if (shuffled_ != wanted) shuffle_anew(wanted.first, wanted.second);
  shuffled_ = wanted;
  const auto words = draw(seed, Stream::read, low_word(chunk), high_word(chunk), 0, 1);
  return Places{joined(words[0], words[1])};
}

void ThresholdPool::shuffle_anew(std::uint64_t seed, std::uint64_t group) {
  static const Quantiles sorted = sorted_quantiles(one);
  const auto words = draw(seed, Stream::read, low_word(group), high_word(group), 0, 2);
  Places random{joined(words[0], words[1])};
  std::ranges::copy(sorted, quantiles_.begin());
  for (std::size_t k = size - 1; k > 0; --k) {
    random.next();
    std::swap(quantiles_[k], quantiles_[below(high_word(random.state), static_cast<std::uint32_t>(k + 1))]);
  }
  std::copy_n(quantiles_.begin(), padded - size, quantiles_.begin() + size);
}

void ThresholdPool::scale(double temperature, std::span<std::int8_t> scaled, simd::Width width) const {
  if (temperature <= 0) return (void)std::ranges::fill(scaled, std::int8_t{-1});
  simd::run<scale_bytes>(width, quantiles_.data(), factor_of(std::min(temperature, largest_temperature)),
                         scaled.data());
}

void ThresholdPool::scale(double temperature, std::span<std::int16_t> scaled, simd::Width width) const {
  if (temperature <= 0) return (void)std::ranges::fill(scaled, std::int16_t{-1});
  simd::run<scale_narrow>(width, quantiles_.data(), factor_of(std::min(temperature, largest_temperature)), 32767,
                          scaled.data());
}

void ThresholdPool::scale(double temperature, std::span<std::int32_t> scaled, simd::Width width) const {
  if (temperature <= 0) return (void)std::ranges::fill(scaled, -1);
  simd::run<scale_words>(width, quantiles_.data(), temperature / one, scaled.data());
}

}  // namespace isinglass::ising
