#pragma once

#include "filters/bank.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::filters {

/// Values of a stored channel that the weights of a filter meet at pixel (y, x), [row of the filter][column].
[[nodiscard]] std::vector<int> values_at_taps(const Shape& shape, const Filter& filter,
                                              std::span<const std::uint8_t> stored, int y, int x);

/// The filter's weighted sum of such values.
[[nodiscard]] int weighted_sum(const Filter& filter, std::span<const int> values);

}  // namespace isinglass::filters
