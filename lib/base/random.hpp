#pragma once

#include <Random123/philox.h>

#include <array>
#include <cstdint>

/// Counter-based random numbers (Philox 4x32-10, Salmon et al., SC 2011). A number is a function of
/// what it is drawn for, never of the rank that draws it or of what was drawn before, so that results
/// do not depend on the number of ranks and no generator state is ever saved.
namespace isinglass {

/// Purpose that a number is drawn for; part of the key, so that streams never overlap.
enum class Stream : std::uint32_t {
  subset,
  initial,
  weight,
  segment,
  anneal,
  shuffle,
  latent,
  test,
  read,
  noise,
  filter,
  unit,
  readout,
  copy
};

/// Four independent 32-bit words for one draw.
[[nodiscard]] inline std::array<std::uint32_t, 4> draw(std::uint64_t seed, Stream stream, std::uint32_t a,
                                                       std::uint32_t b, std::uint32_t c, std::uint32_t d = 0) {
  // The stream is mixed into the high half of the seed: the four counter words stay free for a, b, c, d.
  const r123::Philox4x32::key_type key{
      {static_cast<std::uint32_t>(seed),
       static_cast<std::uint32_t>(seed >> 32) ^ (static_cast<std::uint32_t>(stream) * 0x9E3779B9U)}};
  const auto words = r123::Philox4x32{}(r123::Philox4x32::ctr_type{{a, b, c, d}}, key);
  return {words[0], words[1], words[2], words[3]};
}

/// A word mapped into the open interval (0, 1).
[[nodiscard]] constexpr double uniform(std::uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1.0p-32; }

/// A word mapped to 0 .. n-1 (multiply-shift; bias below n / 2^32).
[[nodiscard]] constexpr std::uint32_t below(std::uint32_t word, std::uint32_t n) {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(word) * n) >> 32);
}

}  // namespace isinglass
