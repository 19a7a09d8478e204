#pragma once

#include "energy/state.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace isinglass::oracles {

/// Key of one sweep's random numbers, besides layer, unit, and bit or sample.
struct SweepKey {
  std::uint64_t seed = 0;
  std::uint32_t call = 0;  ///< which oracle call: iteration and replica
  std::uint32_t sweep = 0;
};

/// Metropolis moves of the segment choices of hidden layer l: for every unit, each sample proposes another reachable
/// segment. Samples are independent given the weights, so nothing is communicated. temperature 0: descent.
/// Returns the number of accepted moves in this shard.
std::int64_t sweep_segments(energy::StructuredState& state, std::size_t l, double temperature, const SweepKey& key,
                            simd::Width width = simd::cpu_width());

/// Descends in the segment choices alone, weights fixed: a function of the weights and multipliers only, so that every
/// replica group can compute an atom's segments from its weight bits. Local: samples are independent.
void descend_segments(energy::StructuredState& state, std::uint64_t seed);

/// Metropolis moves of every parameter bit of layer l. Units are independent given the segments: one bit of a tile of
/// units is proposed at once, with one sum of integers over the group. Collective.
/// Returns the number of accepted moves; nothing, in the middle of it, if a rank was asked to stop.
std::optional<std::int64_t> sweep_weights(
    energy::StructuredState& state, std::size_t l, double temperature, const SweepKey& key,
    const parallel::Communicator& group, const std::function<bool()>& stop_is_asked = [] { return false; });

}  // namespace isinglass::oracles
