#pragma once

#include "files/h5.hpp"

#include <bit>
#include <cstdint>
#include <span>

namespace isinglass::files {

/// Term that the element `value` at `index` adds to the checksum of a dataset. The sum over all elements, modulo 2^64,
/// does not depend on who adds which part: ranks add theirs up. Integers count as 64 bits with their sign, a double as
/// its bits; then
///
///   h = value xor (index + 1) 9e3779b97f4a7c15;  h ^= h >> 32;  h *= d6e8feb86659fd93;  h ^= h >> 32
///
/// (multiply-xorshift; constants of Steele et al., OOPSLA 2014, and Rau's mixer): a flipped bit or two swapped elements
/// change it.
template <h5::Element T>
[[nodiscard]] constexpr std::uint64_t checksum_part(std::uint64_t index, T value) {
  std::uint64_t h = 0;
  if constexpr (std::same_as<T, double>)
    h = std::bit_cast<std::uint64_t>(value);
  else if constexpr (std::same_as<T, float>)
    h = std::bit_cast<std::uint32_t>(value);
  else
    h = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  h ^= (index + 1) * 0x9e3779b97f4a7c15U;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93U;
  return h ^ (h >> 32);
}

/// Checksum of the elements from `first` on.
template <h5::Element T>
[[nodiscard]] constexpr std::uint64_t checksum(std::uint64_t first, std::span<const T> values) {
  std::uint64_t sum = 0;
  for (const T value : values) sum += checksum_part(first++, value);
  return sum;
}

}  // namespace isinglass::files
