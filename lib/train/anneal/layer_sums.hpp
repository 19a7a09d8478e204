#pragma once

#include "simd/simd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace isinglass::train {

/// Samples whose sums are made together: those of a unit fill a cache line of 16-bit numbers, and their inputs stay in
/// the cache.
inline constexpr std::size_t block_samples = 32;
using BlockSums = std::array<std::int32_t, block_samples>;

/// Inputs of the samples of a block, one row after another, and the weights of a layer, [unit][input].
struct SumView {
  const std::int8_t* rows;
  std::size_t row_length, samples;  ///< samples: at most block_samples
  const std::int16_t* weights;
  std::size_t inputs;
};

/// Sums of weights times inputs without the bias: sums[unit][sample].
void layer_sums(const SumView& view, std::span<BlockSums> sums, simd::Width vectors = simd::cpu_width());

}  // namespace isinglass::train
