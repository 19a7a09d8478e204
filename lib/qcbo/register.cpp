#include "qcbo/register.hpp"

#include <bit>
#include <cassert>
#include <cstddef>

namespace isinglass::qcbo {

std::vector<int> register_coefficients(int largest) {
  assert(largest >= 0);
  std::vector<int> coefficients;
  const int bits = std::bit_width(static_cast<unsigned>(largest));
  for (int i = 0; i + 1 < bits; ++i) coefficients.push_back(1 << i);
  // The powers of two cover 0 .. 2^(bits-1) - 1, and the rest is at most 2^(bits-1): there is no gap.
  if (bits > 0) coefficients.push_back(largest - ((1 << (bits - 1)) - 1));
  return coefficients;
}

std::vector<std::uint8_t> register_bits(int largest, int value) {
  assert(value >= 0 && value <= largest);
  const std::vector<int> coefficients = register_coefficients(largest);
  std::vector<std::uint8_t> bits(coefficients.size());
  if (bits.empty()) return bits;
  const int powers = (1 << (bits.size() - 1)) - 1;
  if (value > powers) {
    bits.back() = 1;
    value -= coefficients.back();
  }
  for (std::size_t i = 0; i + 1 < bits.size(); ++i) bits[i] = static_cast<std::uint8_t>((value >> i) & 1);
  return bits;
}

}  // namespace isinglass::qcbo
