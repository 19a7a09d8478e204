#pragma once

#include "filters/bank.hpp"
#include "filters/channels.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::filters {

/// A kind of filter and its share of the filters drawn; shares need not sum to 1.
struct FilterKind {
  Channel channel = Channel::pixels;
  int side = 4, dilation = 1;
  double share = 1;
};

/// How a bank is drawn.
struct DrawOptions {
  int filters = 64, units = 512;
  int candidates = 1;  ///< units drawn for each, of which one is chosen
  std::vector<FilterKind> kinds{};
  int least_range = 6;      ///< levels between the darkest and the brightest tap of a patch
  double noise = 1;         ///< levels of random noise, 0 to this, before a patch is ranked
  double swap_share = 0.3;  ///< of the filters, one + and one - change places
  double lowest_quantile = 0.5, highest_quantile = 0.9;  ///< thresholds are at quantiles between
  int threshold_positions = 1500;                        ///< that a quantile is taken over
  WiringOptions wiring;
  double least_active = 0.02;  ///< a unit is drawn anew while it is true at a smaller share of positions,
  double most_active = 0.85;   ///< or at more than this share of the positions of its rarest literal
  int sample_images = 512;     ///< that thresholds and the rules for units are judged on
};

/// Drawn filters, and several drawn units in place of each of a bank's.
struct Candidates {
  Bank bank;                 ///< units [unit][candidate], without a code
  WiringCode code;           ///< its refused draws are [unit][candidate]
  std::size_t per_unit = 1;  ///< candidates

  [[nodiscard]] std::size_t units() const { return bank.units.size() / per_unit; }
};

/// The bank that has candidate `choice[u]` as its unit u, with its code and, where candidates have them, centers.
[[nodiscard]] Bank with_chosen(const Candidates& candidates, std::span<const std::size_t> choice);

/// Draws the filters and units of a bank from training images, which every rank must hold alike: the result is a
/// function of the arguments, the same for any width and number of ranks.
///
/// A filter: a random patch of a random image, at a position of the map, whose taps differ by `least_range`; its taps
/// are ranked with noise, the brighter half becomes +1, the rest -1, and of some filters one pair changes places. Its
/// threshold is a quantile, uniformly drawn, of the weighted sum at random positions that are not blank, rounded
/// downward into the codebook.
///
/// A unit, as `drawn_unit` draws it, is drawn anew while it is too rarely true or adds too little to its rarest
/// literal, over `sample_images`; units of one literal have only the first rule. One that there is already is drawn
/// anew, too, up to 200 times. Candidates of a unit are its first draws that suit, and join equally many bits; where
/// fewer suit than are wanted, the last one is there several times.
///
/// InputError if options contradict each other, or if images are too alike for filters or units to be found.
[[nodiscard]] Candidates draw_candidates(const Shape& shape, const DrawOptions& options, const Images& images,
                                         std::uint64_t seed, std::uint32_t stage,
                                         simd::Width width = simd::cpu_width());

/// Draws the same filters, and the first candidate of each unit.
[[nodiscard]] Bank draw_bank(const Shape& shape, const DrawOptions& options, const Images& images, std::uint64_t seed,
                             std::uint32_t stage, simd::Width width = simd::cpu_width());

}  // namespace isinglass::filters
