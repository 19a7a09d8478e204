#include "filters/taps.hpp"

#include "filters/channels.hpp"

#include <cstddef>

namespace isinglass::filters {

std::vector<int> values_at_taps(const Shape& shape, const Filter& filter, std::span<const std::uint8_t> stored, int y,
                                int x) {
  const int before = (filter.side - 1) * filter.dilation / 2;
  std::vector<int> values;
  for (int i = 0; i < filter.side; ++i)
    for (int j = 0; j < filter.side; ++j) {
      const int row = y - before + i * filter.dilation, column = x - before + j * filter.dilation;
      const bool is_inside = 0 <= row && row < shape.rows && 0 <= column && column < shape.columns;
      values.push_back(
          is_inside ? stored[static_cast<std::size_t>(row * shape.columns + column)] - stored_zero(filter.channel) : 0);
    }
  return values;
}

int weighted_sum(const Filter& filter, std::span<const int> values) {
  int sum = 0;
  for (std::size_t t = 0; t < values.size(); ++t) sum += filter.is_plus[t] != 0 ? values[t] : -values[t];
  return sum;
}

}  // namespace isinglass::filters
