#include "energy/segment_kernels.hpp"

#include "base/vector_clones.hpp"

#include <algorithm>

namespace isinglass {

ISINGLASS_VECTOR void add_linear_costs(std::int32_t* cost, const DownstreamUnit& unit, const std::int16_t* shift) {
  const std::int16_t *above = unit.above, *below = unit.below;
  const auto weight = static_cast<std::int16_t>(unit.weight);
  for (std::size_t s = 0; s < sample_block; ++s) {
    const auto step = static_cast<std::int16_t>(weight * shift[s]);
    const std::int16_t zero = 0;
    const std::int16_t before = std::max(std::max(above[s], below[s]), zero);
    const std::int16_t after =
        std::max(std::max(static_cast<std::int16_t>(above[s] + step), static_cast<std::int16_t>(below[s] - step)), zero);
    cost[s] += static_cast<std::int16_t>(after - before);
  }
}

ISINGLASS_VECTOR void add_squared_costs(float* cost, const DownstreamUnit& unit, const std::int16_t* shift, float scale) {
  for (std::size_t s = 0; s < sample_block; ++s) {
    const int step = unit.weight * shift[s];
    const int before = std::max(std::max<int>(unit.above[s], unit.below[s]), 0);
    const int after = std::max(std::max(unit.above[s] + step, unit.below[s] - step), 0);
    const auto difference = static_cast<float>((after - before) * (after + before));
    cost[s] += scale * static_cast<float>(unit.multiplier[s]) * difference;
  }
}

ISINGLASS_VECTOR void apply_shift(std::int16_t* above, std::int16_t* below, const std::int16_t* shift, int weight) {
  for (std::size_t s = 0; s < sample_block; ++s) {
    const auto step = static_cast<std::int16_t>(weight * shift[s]);
    above[s] = static_cast<std::int16_t>(above[s] + step);
    below[s] = static_cast<std::int16_t>(below[s] - step);
  }
}

}  // namespace isinglass
