#include "energy/kernels.hpp"

#include <algorithm>

namespace isinglass::energy {

namespace {

/// 32-bit products, 64-bit sums: for steps or multipliers past the 16-bit loop.
template <bool squared>
std::int64_t wide_change(UnitView unit, const std::int8_t* x, int step) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < unit.size; ++s) {
    const int shift = step * x[s];
    const int before = std::max(std::max<int>(unit.above[s], unit.below[s]), 0);
    const int after = std::max(std::max(unit.above[s] + shift, unit.below[s] - shift), 0);
    const std::int64_t factor = squared ? after + before : 1;
    sum += unit.multiplier[s] * ((after - before) * factor);
  }
  return sum;
}

template <class Shift>
void shift_all(std::int16_t* above, std::int16_t* below, const Shift* shift, int factor, std::size_t size) {
  for (std::size_t s = 0; s < size; ++s) {
    const auto step = static_cast<std::int16_t>(factor * shift[s]);
    above[s] = static_cast<std::int16_t>(above[s] + step);
    below[s] = static_cast<std::int16_t>(below[s] - step);
  }
}

void linear_costs(std::int32_t* cost, DownstreamUnit unit, const std::int16_t* shift) {
  const std::int16_t *above = unit.above, *below = unit.below;
  const auto weight = static_cast<std::int16_t>(unit.weight);
  for (std::size_t s = 0; s < sample_block; ++s) {
    const auto step = static_cast<std::int16_t>(weight * shift[s]);
    const std::int16_t zero = 0;
    const std::int16_t before = std::max(std::max(above[s], below[s]), zero);
    const std::int16_t after = std::max(
        std::max(static_cast<std::int16_t>(above[s] + step), static_cast<std::int16_t>(below[s] - step)), zero);
    cost[s] += static_cast<std::int16_t>(after - before);
  }
}

void squared_costs(float* cost, DownstreamUnit unit, const std::int16_t* shift, float scale) {
  for (std::size_t s = 0; s < sample_block; ++s) {
    const int step = unit.weight * shift[s];
    const int before = std::max(std::max<int>(unit.above[s], unit.below[s]), 0);
    const int after = std::max(std::max(unit.above[s] + step, unit.below[s] - step), 0);
    const auto difference = static_cast<float>((after - before) * (after + before));
    cost[s] += scale * static_cast<float>(unit.multiplier[s]) * difference;
  }
}

/// Change of a sample's loss when z moves by `step`; `loss` is that of the distance `first`.
std::int32_t loss_change(const LossView& output, std::size_t s, int step, const std::int32_t* loss, int first) {
  const bool is_high = output.segment[s] != 0;
  const int before = (is_high ? output.below[s] : output.above[s]) - first;
  return loss[before + (is_high ? -step : step)] - loss[before];
}

std::int64_t sum_changes(LossView output, const std::int8_t* x, int step, const std::int32_t* loss, int first) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < output.size; ++s)
    sum += static_cast<std::int64_t>(output.multiplier[s]) * loss_change(output, s, step * x[s], loss, first);
  return sum;
}

void add_changes(std::int64_t* cost, LossView output, const std::int16_t* shift, int weight, const std::int32_t* loss,
                 int first) {
  for (std::size_t s = 0; s < sample_block; ++s) cost[s] += loss_change(output, s, weight * shift[s], loss, first);
}

}  // namespace

bool fits_narrow(const KernelRange& range) {
  const std::int64_t weighted = static_cast<std::int64_t>(range.largest_shift) * range.largest_multiplier;
  const std::int64_t sum = 2 * static_cast<std::int64_t>(range.largest_distance) + range.largest_shift;
  return weighted <= INT16_MAX && sum <= INT16_MAX && 8 * weighted * sum <= INT32_MAX;
}

std::int64_t squared_change(const UnitView& unit, const std::int8_t* x, int step, bool narrow, simd::Width width) {
  return narrow ? narrow_change(unit, x, step, true, width) : simd::run<wide_change<true>>(width, unit, x, step);
}

std::int64_t linear_change(const UnitView& unit, const std::int8_t* x, int step, bool narrow, simd::Width width) {
  return narrow ? narrow_change(unit, x, step, false, width) : simd::run<wide_change<false>>(width, unit, x, step);
}

void shift_unit(std::int16_t* above, std::int16_t* below, const std::int8_t* x, int step, std::size_t size,
                simd::Width width) {
  simd::run<shift_all<std::int8_t>>(width, above, below, x, step, size);
}

void add_linear_costs(std::int32_t* cost, const DownstreamUnit& unit, const std::int16_t* shift, simd::Width width) {
  simd::run<linear_costs>(width, cost, unit, shift);
}

void add_squared_costs(float* cost, const DownstreamUnit& unit, const std::int16_t* shift, float scale,
                       simd::Width width) {
  simd::run<squared_costs>(width, cost, unit, shift, scale);
}

void apply_shift(std::int16_t* above, std::int16_t* below, const std::int16_t* shift, int weight, simd::Width width) {
  simd::run<shift_all<std::int16_t>>(width, above, below, shift, weight, sample_block);
}

std::int64_t table_change(const LossView& output, const std::int8_t* x, int step, const network::LossTable& loss,
                          simd::Width width) {
  return simd::run<sum_changes>(width, output, x, step, loss.data(), loss.first());
}

void add_table_costs(std::int64_t* cost, const LossView& output, const std::int16_t* shift, int weight,
                     const network::LossTable& loss, simd::Width width) {
  simd::run<add_changes>(width, cost, output, shift, weight, loss.data(), loss.first());
}

namespace reference {

namespace {

/// One sample's distance before and after the shift.
struct Change {
  std::int64_t before, after;
};

Change change_of(const UnitView& unit, std::size_t s, int shift) {
  const int above = unit.above[s], below = unit.below[s];
  return {std::max({above, below, 0}), std::max({above + shift, below - shift, 0})};
}

}  // namespace

std::int64_t squared_change(const UnitView& unit, const std::int8_t* x, int step) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < unit.size; ++s) {
    const auto [before, after] = change_of(unit, s, step * x[s]);
    sum += unit.multiplier[s] * (after * after - before * before);
  }
  return sum;
}

std::int64_t linear_change(const UnitView& unit, const std::int8_t* x, int step) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < unit.size; ++s) {
    const auto [before, after] = change_of(unit, s, step * x[s]);
    sum += unit.multiplier[s] * (after - before);
  }
  return sum;
}

}  // namespace reference

}  // namespace isinglass::energy
