#pragma once

#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

/// Metropolis thresholds without exp and without a random number a proposal.
///
/// A flip of spin i changes the energy by 2 c, c = -s_i f_i, and is accepted with probability min(1, exp(-2 c / T)),
/// that is, if c <= T x with x = -ln(u) / 2. The smaller of two independent variables with P(a > t) = exp(-t) is
/// distributed as x. So a pool of 4,096 quantiles of a, shuffled once, gives 2^24 thresholds: min(a[p + lane], a[q +
/// lane]) for two random places p and q. Each lane sees independent thresholds from visit to visit; only lanes of the
/// same visit share p and q.
namespace isinglass::ising {

/// Places p and q of one visit from the top bits of a 64-bit linear congruential generator.
struct Places {
  std::uint64_t state = 0;
  void next() { state = state * 6364136223846793005U + 1442695040888963407U; }
  [[nodiscard]] std::size_t first() const { return static_cast<std::size_t>(state >> 52U); }
  [[nodiscard]] std::size_t second() const { return static_cast<std::size_t>((state >> 40U) & 4095U); }
};

/// The shuffled quantiles of a, repeated past the end so that any place has a whole vector behind it.
class ThresholdPool {
public:
  static constexpr std::size_t size = 4096, padded = size + 64;
  ThresholdPool() : quantiles_(padded) {}

  /// Shuffles, determined by the seed and by chunk / chunks_a_shuffle. Returns where the places of the visits begin,
  /// determined by seed and chunk.
  static constexpr std::uint64_t chunks_a_shuffle = 64;
  [[nodiscard]] Places shuffle(std::uint64_t seed, std::uint64_t chunk);

  /// The largest T of narrow thresholds, in units of the couplings: beyond it every proposal is accepted anyway.
  static constexpr double largest_temperature = 1U << 27U;

  /// floor(T a) of the pool, at most the largest Int, T in units of the couplings. T = 0: thresholds of descent, which
  /// takes only flips that lower the energy (-1).
  void scale(double temperature, std::span<std::int8_t> scaled, simd::Width width = simd::cpu_width()) const;
  void scale(double temperature, std::span<std::int16_t> scaled, simd::Width width = simd::cpu_width()) const;
  void scale(double temperature, std::span<std::int32_t> scaled, simd::Width width = simd::cpu_width()) const;

  /// x of the places, in units of T.
  [[nodiscard]] double threshold(const Places& places) const {
    return static_cast<double>(quantiles_[places.first()] < quantiles_[places.second()] ? quantiles_[places.first()]
                                                                                        : quantiles_[places.second()]) /
           one;
  }

private:
  static constexpr int one = 4096;  ///< a = 1
  void shuffle_anew(std::uint64_t seed, std::uint64_t group);

  std::vector<std::uint16_t> quantiles_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> shuffled_;  // seed and group of the last shuffle
};

}  // namespace isinglass::ising
