#pragma once

#include "filters/bank.hpp"

#include <cstdint>

namespace isinglass::filters {

/// Bits of a bank in a stated code, by parts. A choice between n equally long words takes log2 n bits: a whole
/// number only over all of them together, so the counts are real. What is read off the training images, templates and
/// thresholds, is counted in full. Weights and biases of the readout are counted there; centers shift its biases and
/// take none of their own. The wiring is counted in the shorter of two codes: by its parts, or as what has to be known
/// to draw it again from the seed.
struct BankBits {
  double weights = 0;     ///< drawn from patches: 1 for each weight of a filter
  double thresholds = 0;  ///< quantiles over the images: threshold_bits for each filter
  double kinds = 0;       ///< drawn: channel, side and dilation, log2 of the number of kinds in the bank per filter
  /// Drawn and selected. By parts: per unit, log2 of the largest number of literals in the bank; per literal, log2 of
  /// the number of filters and one bit for `widened` where that occurs; per literal after the first, log2 (2r+1)^2 for
  /// an offset within the largest r of the bank, and one bit for `negated`; if any first literal is negated or has an
  /// offset, the first ones are counted as the others. By the seed, where the bank has such a code: 64 bits of seed and
  /// 32 of the stage, 32 for the number R of all refused draws, and log2 C(n + R - 1, R) for how many of them each of
  /// the n units has.
  double wiring = 0;
  double steps = 0;  ///< set by hand: log2 of the number of counts, for each rise by one level
  /// Saved where the wiring is counted by parts: log2 of the number of orders that the filters and the units can stand
  /// in. Which these are does not matter, the literals' numbers and the weights that read the units being moved along,
  /// so that both can be sent as sets. What is drawn from the seed names filters and units by their numbers.
  double order = 0;

  [[nodiscard]] double total() const { return weights + thresholds + kinds + wiring + steps - order; }
};

[[nodiscard]] BankBits count_bits(const Bank& bank);

/// The numbers that networks call parameters: weights and thresholds of the filters.
[[nodiscard]] std::int64_t parameter_count(const Bank& bank);

}  // namespace isinglass::filters
