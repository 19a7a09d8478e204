#pragma once

#include "energy/kernels.hpp"
#include "network/loss.hpp"

#include <cstddef>
#include <cstdint>

/// Inner loops over the samples of one output whose loss is looked up: what kernels.hpp and segment_kernels.hpp do for the
/// hinges. Exact integers.
namespace isinglass {

/// One output's distances: to its margin they are z - hi where the label asks for -1 and lo - z where it asks for +1.
struct LossView {
  const std::int16_t* above;
  const std::int16_t* below;
  const std::int16_t* multiplier;  ///< 1, and 0 in the padding
  const std::uint8_t* segment;     ///< 1 where +1 is asked for
  std::size_t size = 0;
};

/// sum_s multiplier_s (loss(z_s + step x_s) - loss(z_s)).
[[nodiscard]] std::int64_t table_change(const LossView& output, const std::int8_t* x, int step, const LossTable& loss);

/// cost[s] += loss(z_s + weight shift_s) - loss(z_s) for one block of `sample_block` samples; multipliers are not read.
void add_table_costs(std::int64_t* cost, const LossView& output, const std::int16_t* shift, int weight, const LossTable& loss);

}  // namespace isinglass
