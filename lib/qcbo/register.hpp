#pragma once

#include <cstdint>
#include <vector>

namespace isinglass::qcbo {

/// Coefficients of a register of bits whose sums are exactly 0 .. largest: 1, 2, 4, ... and what is left for the last
/// bit, so that no value is missing, none is beyond `largest`, and there are bit_width(largest) bits. Empty for 0.
[[nodiscard]] std::vector<int> register_coefficients(int largest);

/// One choice of the bits of register_coefficients(largest) that sums to `value`, 0 <= value <= largest.
[[nodiscard]] std::vector<std::uint8_t> register_bits(int largest, int value);

}  // namespace isinglass::qcbo
