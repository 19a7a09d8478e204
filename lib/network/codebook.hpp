#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isinglass::network {

/// The values a parameter may take, affine in its bits: value = offset + sum_i step_i b_i, b_i in {0, 1}.
/// Integers in codebook units: 1bit {-1, 1}; t bits, the odd numbers -(2^t - 1) .. 2^t - 1; ternary {-1, 0, 1}.
struct Codebook {
  std::string name;        ///< as written in a configuration
  std::vector<int> steps;  ///< change of the value when the bit goes from 0 to 1
  int offset = 0;          ///< value with all bits 0

  [[nodiscard]] int bits() const { return static_cast<int>(steps.size()); }
  [[nodiscard]] int largest() const;              ///< largest value; the codebooks are symmetric
  [[nodiscard]] double rms() const;               ///< of the value of uniformly random bits
  [[nodiscard]] double information_bits() const;  ///< log2 of the number of distinct values
  [[nodiscard]] int value(std::span<const std::uint8_t> bits) const;
  /// Bits of the value nearest to `target`, in codebook units; ties go to the smaller value.
  [[nodiscard]] std::vector<std::uint8_t> nearest_bits(double target) const;
};

/// "1bit" .. "8bit" or "ternary"; InputError otherwise.
[[nodiscard]] Codebook make_codebook(std::string_view name);

}  // namespace isinglass::network
