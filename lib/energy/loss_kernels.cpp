#include "energy/loss_kernels.hpp"

#include "base/vector_clones.hpp"

namespace isinglass {

namespace {

/// The arrays of a view as local pointers, which the vectoriser can tell apart, with the table's origin.
ISINGLASS_VECTOR std::int64_t sum_changes(const LossView& output, const std::int8_t* x, int step, const std::int32_t* loss,
                                          int first) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < output.size; ++s) {
    const int shift = step * x[s];
    const bool is_high = output.segment[s] != 0;
    const int before = (is_high ? output.below[s] : output.above[s]) - first;
    const int after = before + (is_high ? -shift : shift);
    sum += static_cast<std::int64_t>(output.multiplier[s]) * (loss[after] - loss[before]);
  }
  return sum;
}

ISINGLASS_VECTOR void add_changes(std::int64_t* cost, const LossView& output, const std::int16_t* shift, int weight,
                                  const std::int32_t* loss, int first) {
  for (std::size_t s = 0; s < sample_block; ++s) {
    const int step = weight * shift[s];
    const bool is_high = output.segment[s] != 0;
    const int before = (is_high ? output.below[s] : output.above[s]) - first;
    const int after = before + (is_high ? -step : step);
    cost[s] += loss[after] - loss[before];
  }
}

}  // namespace

std::int64_t table_change(const LossView& output, const std::int8_t* x, int step, const LossTable& loss) {
  return sum_changes(output, x, step, loss.data(), loss.first());
}

void add_table_costs(std::int64_t* cost, const LossView& output, const std::int16_t* shift, int weight, const LossTable& loss) {
  add_changes(cost, output, shift, weight, loss.data(), loss.first());
}

}  // namespace isinglass
