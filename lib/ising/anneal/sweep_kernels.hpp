#pragma once

#include "ising/anneal/thresholds.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>

/// The inner loops of annealing, on vectors of 64 bytes of local fields; fields wrap around at the end of their type.
namespace isinglass::ising {

/// Replicas that are annealed together, one per lane of a 64-byte vector of Int.
template <class Int>
inline constexpr std::size_t lanes_of = 64 / sizeof(Int);

/// Range that one call sweeps: spins first .. last - 1 of all lanes, in order.
template <class Int>
struct LaneSweep {
  Int* fields;                 ///< f_i of the lanes, [spins][lanes], 64-byte aligned
  std::uint64_t* up;           ///< [spins]: bit l: s_i of lane l is +1
  const std::uint32_t* start;  ///< [spins + 1]: places of rows in code
  const std::int32_t* code;    ///< a row: runs of equal couplings, each: value, number of spins, their places in fields
  const Int* pool;             ///< scaled thresholds, [ThresholdPool::padded]
  std::int64_t* cost;          ///< [lanes]: sum of the costs c of accepted flips is added
  std::size_t first, last;
};

/// Proposes every spin of the range once in every lane; moves on `places`. Returns whether any flip was accepted. For
/// 8, 16 and 32 bits.
template <class Int>
bool sweep_lanes(const LaneSweep<Int>& sweep, Places& places, simd::Width width);

/// Spins that share one vector of fields (std::int16_t or std::int32_t), whose proposals are compared with their
/// thresholds at once.
template <class Field>
inline constexpr std::size_t dense_group = 64 / sizeof(Field);

/// Range that one call sweeps: groups first .. last - 1 of one chain, spins in order.
template <class Field>
struct DenseSweep {
  Field* fields;              ///< f, [groups][dense_group], 64-byte aligned
  std::uint32_t* up;          ///< [groups]: bit k: spin k of the group is +1
  const std::uint32_t* real;  ///< [groups]: bit k: spin k of the group exists
  const std::int8_t* rows;    ///< J, [spins][groups * dense_group], 64-byte aligned; or nullptr
  const std::uint32_t* bits;  ///< where rows is nullptr: bit k of [spin][group]: J = +1, else -1
  const Field* pool;          ///< scaled thresholds, [ThresholdPool::padded]
  std::size_t groups, first, last;
};

/// The sum of the costs of accepted flips and how many they are.
struct DenseResult {
  std::int64_t cost = 0, accepted = 0;
};
/// Proposes every spin of the groups once; moves on `places`. For 16 and 32 bits.
template <class Field>
DenseResult sweep_dense(const DenseSweep<Field>& sweep, Places& places, simd::Width width);

/// A spin, and whether it is +1 before its flip.
struct DenseFlip {
  std::size_t spin = 0;
  bool was_up = false;
};
/// Adds what the flip does to the fields: twice its row. The spin's own field stays.
template <class Field>
void flip_dense(const DenseSweep<Field>& sweep, DenseFlip flip, simd::Width width);

}  // namespace isinglass::ising
