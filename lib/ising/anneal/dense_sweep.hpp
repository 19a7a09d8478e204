#pragma once

#include "ising/anneal/simd_level.hpp"
#include "ising/anneal/thresholds.hpp"

#include <cstddef>
#include <cstdint>

namespace isinglass {

/// Spins that share one vector of fields, whose proposals are compared with their thresholds at once.
inline constexpr std::size_t dense_group = 32;

/// What one call sweeps: groups first .. last - 1 of one chain, spins in order.
struct DenseSweep {
  std::int16_t* fields;       ///< f, [groups][dense_group], 64-byte aligned
  std::uint32_t* up;          ///< [groups]: bit k: spin k of the group is +1
  const std::uint32_t* real;  ///< [groups]: bit k: spin k of the group exists
  const std::int8_t* rows;    ///< J, [spins][groups * dense_group], 32-byte aligned; or nullptr
  const std::uint32_t* bits;  ///< where rows is nullptr: bit k of [spin][group]: J = +1, else -1
  const std::int16_t* pool;   ///< scaled thresholds, [ThresholdPool::padded]
  std::size_t groups, first, last;
};

/// Proposes every spin of the groups once; moves on `places`. Returns the sum of the costs of accepted flips and how many they
/// are.
struct DenseResult {
  std::int64_t cost = 0, accepted = 0;
};
[[nodiscard]] DenseResult sweep_dense(const DenseSweep& sweep, Places& places, SimdLevel level);

/// Whether a level has a kernel for bits.
[[nodiscard]] constexpr bool takes_bits(SimdLevel level) { return level == SimdLevel::avx512; }

/// Only to be called where the machine has these instructions.
[[nodiscard]] DenseResult sweep_dense_avx512(const DenseSweep& sweep, Places& places);

}  // namespace isinglass
