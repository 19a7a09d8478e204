#pragma once

#include "ising/anneal/thresholds.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>

namespace isinglass {

/// Spins that share one vector of fields (std::int16_t or std::int32_t), whose proposals are compared with their thresholds at
/// once.
template <class Field>
inline constexpr std::size_t dense_group = 64 / sizeof(Field);

/// What one call sweeps: groups first .. last - 1 of one chain, spins in order.
template <class Field>
struct DenseSweep {
  Field* fields;              ///< f, [groups][dense_group], 64-byte aligned
  std::uint32_t* up;          ///< [groups]: bit k: spin k of the group is +1
  const std::uint32_t* real;  ///< [groups]: bit k: spin k of the group exists
  const std::int8_t* rows;    ///< J, [spins][groups * dense_group], 16-byte aligned; or nullptr
  const std::uint32_t* bits;  ///< where rows is nullptr: bit k of [spin][group]: J = +1, else -1; 16-bit fields only
  const Field* pool;          ///< scaled thresholds, [ThresholdPool::padded]
  std::size_t groups, first, last;
};

/// Proposes every spin of the groups once; moves on `places`. Returns the sum of the costs of accepted flips and how many they
/// are.
struct DenseResult {
  std::int64_t cost = 0, accepted = 0;
};
/// Adds what the flip of a spin, that is +1 before it or not, does to the fields: twice its row. The spin's own field stays.
struct DenseFlip {
  std::size_t spin = 0;
  bool was_up = false;
};

/// The kernels for a width.
template <class Field>
struct DenseKernels {
  DenseResult (*sweep)(const DenseSweep<Field>&, Places&);
  void (*flip)(const DenseSweep<Field>&, DenseFlip);
};
template <class Field>
[[nodiscard]] DenseKernels<Field> dense_kernels(simd::Width width);

/// Whether a width has a kernel for bits.
[[nodiscard]] constexpr bool takes_bits(simd::Width width) { return width == simd::Width::avx512; }

/// Only to be called where the machine has these instructions.
template <class Field>
[[nodiscard]] DenseKernels<Field> dense_kernels_avx512();

}  // namespace isinglass
