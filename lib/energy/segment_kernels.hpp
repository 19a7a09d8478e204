#pragma once

#include "energy/kernels.hpp"

#include <cstdint>

/// Inner loops of segment moves: one block of `sample_block` samples, each with its own shift of an activation.
/// Element-wise, so that neither the vector width nor the sharding changes a result.
namespace isinglass {

/// What the next layer costs when an input of it shifts: pointers to one unit's block.
struct DownstreamUnit {
  const std::int16_t* above;
  const std::int16_t* below;
  const std::int16_t* multiplier;
  int weight = 0;  ///< of the shifted input
};

/// cost[s] += dist(z_s + weight shift_s) - dist(z_s); multipliers are not read.
void add_linear_costs(std::int32_t* cost, const DownstreamUnit& unit, const std::int16_t* shift);
/// cost[s] += scale multiplier_s (dist(z_s + weight shift_s)^2 - dist(z_s)^2).
void add_squared_costs(float* cost, const DownstreamUnit& unit, const std::int16_t* shift, float scale);
/// z_s += weight shift_s.
void apply_shift(std::int16_t* above, std::int16_t* below, const std::int16_t* shift, int weight);

}  // namespace isinglass
