#pragma once

#include "base/random.hpp"

#include <cstdint>

namespace isinglass::ising {

/// A small fast generator (xoroshiro128+, Blackman and Vigna 2018) for hot loops, seeded by what the loop is: a read of
/// a seed.
class QuickRandom {
public:
  QuickRandom(std::uint64_t seed, std::int64_t read, std::uint32_t purpose) {
    const auto index = static_cast<std::uint64_t>(read);
    const auto w =
        draw(seed, Stream::read, static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), purpose);
    a_ = (static_cast<std::uint64_t>(w[0]) << 32) | w[1];
    b_ = (static_cast<std::uint64_t>(w[2]) << 32) | w[3] | 1U;  // never all zero
  }
  [[nodiscard]] std::uint64_t next() {
    const std::uint64_t sum = a_ + b_;
    const std::uint64_t mixed = b_ ^ a_;
    a_ = rotated(a_, 24) ^ mixed ^ (mixed << 16);
    b_ = rotated(mixed, 37);
    return sum;
  }
  [[nodiscard]] std::uint32_t word() { return static_cast<std::uint32_t>(next() >> 32); }
  /// 0 .. n-1.
  [[nodiscard]] std::uint32_t under(std::uint32_t n) { return below(word(), n); }
  /// In (0, 1).
  [[nodiscard]] double unit() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1.0p-53; }

private:
  static std::uint64_t rotated(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  std::uint64_t a_ = 0, b_ = 0;
};

}  // namespace isinglass::ising
