#pragma once

#include "simd/simd.hpp"
#include "train/anneal/flip_kernels.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// The hinge of the lead (Crammer and Singer, JMLR 2, 2001): max(0, 2 M - (z_y - max_{c != y} z_c)), y the sample's
/// class. What is predicted is the largest output, so only the lead counts; the one-against-all losses also price
/// outputs that are far from
/// +-M and change no prediction. Where all outputs are at y z = M, both are 0. Exact integers; two outputs or more.
namespace isinglass::train {

/// Loss of one sample, z [output].
[[nodiscard]] std::int64_t lead_loss(std::span<const int> z, std::size_t label, int margin);

/// Loss with the input moved by move.high less that with it moved by move.low.
[[nodiscard]] std::int64_t lead_jump(const OutputMove& move, std::size_t label, int margin);

/// All samples of a hidden unit that sends to the outputs alone.
struct LeadColumn {
  const int* outputs;                     ///< [sample][output]
  const std::int16_t* z;                  ///< of the unit, [sample]
  const std::uint8_t* labels;             ///< [sample]
  std::span<const std::int16_t> weights;  ///< from the unit to the outputs
  std::size_t samples;
  int threshold, low, high;  ///< the unit's activation is `high` where its z reaches the threshold, else `low`
  int margin;
};

/// jumps[s] = the loss of sample s with the unit at `high` less that with it at `low`.
void lead_jumps(const LeadColumn& column, std::int32_t* jumps, simd::Width width = simd::cpu_width());

/// The loss as a function of one output alone: a hinge of its own. `sample` is left to the caller.
[[nodiscard]] FlipShortfall lead_shortfall(std::span<const int> z, std::size_t output, std::size_t label, int margin);

}  // namespace isinglass::train
