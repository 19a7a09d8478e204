#include "oracles/subproblems/unit_cost.hpp"

#include <algorithm>
#include <array>

namespace isinglass::oracles {

UnitCost::UnitCost(energy::StructuredState& state, std::size_t layer, int unit)
    : state_(&state), layer_(layer), unit_(unit) {
  z_.resize(samples());
  for (std::size_t s = 0; s < z_.size(); ++s) z_[s] = here().z(here().at(unit_, s));
  if (!here().layer->is_output()) set_next();
}

void UnitCost::set_next() {
  const energy::LayerState& next = state_->layers[layer_ + 1];
  const std::vector<std::int16_t> weights = energy::weights_of_input(next, unit_);
  const std::vector<std::int8_t>& values = here().layer->values;
  next_scale_ = next.scale;
  next_.setZero(here().layer->cell_count(), std::ssize(z_));
  for (int c = 0; c < next.layer->units; ++c) {
    const int weight = weights[static_cast<std::size_t>(c)];
    if (weight == 0) continue;
    for (std::size_t s = 0; s < samples(); ++s) {
      const std::size_t at = next.at(c, s);
      const std::int64_t before = next.cost(at);
      const std::int8_t value = here().value[here().at(unit_, s)];
      for (std::size_t k = here().first[s]; k <= here().last[s]; ++k)
        if (values[k] != value) next_(k, s) += next.cost_after(at, weight * (values[k] - value)) - before;
    }
  }
}

std::int64_t UnitCost::own(std::size_t sample, int z, std::size_t k) const {
  const energy::LayerState& layer = here();
  const std::size_t at = layer.at(unit_, sample);
  if (layer.layer->is_output()) return layer.cost_after(at, z - z_[sample]);
  const std::int64_t distance = std::max({z - layer.hi[k], layer.lo[k] - z, 0});
  return layer.multiplier[at] * distance * distance;
}

double UnitCost::cost(std::size_t sample, int z, std::size_t k) const {
  const double of_unit = here().scale * static_cast<double>(own(sample, z, k));
  return next_.size() == 0 ? of_unit : of_unit + next_scale_ * static_cast<double>(next_(k, sample));
}

std::uint8_t UnitCost::best_segment(std::size_t sample, int z) const {
  const std::uint8_t now = here().segment[here().at(unit_, sample)];
  if (next_.size() == 0) return now;
  std::uint8_t best = now;
  double least = cost(sample, z, now);
  for (std::uint8_t k = here().first[sample]; k <= here().last[sample]; ++k) {
    const double of_k = cost(sample, z, k);
    if (of_k >= least) continue;
    least = of_k;
    best = k;
  }
  return best;
}

std::vector<double> UnitCost::costs(std::span<const std::int32_t> z) const {
  std::vector<double> all(samples());
  for (std::size_t s = 0; s < all.size(); ++s) all[s] = cost(s, z[s], best_segment(s, z[s]));
  return all;
}

EnergyChange UnitCost::change(std::span<const std::int32_t> z) const {
  EnergyChange sum;
  for (std::size_t s = 0; s < samples(); ++s) {
    const std::size_t k = best_segment(s, z[s]);
    sum.own += own(s, z[s], k) - here().cost(here().at(unit_, s));
    if (next_.size() != 0) sum.next += next_(k, s);
  }
  return sum;
}

double UnitCost::energy_change(std::span<const std::int32_t> z, const parallel::Communicator& group) const {
  const EnergyChange mine = change(z);
  std::array<std::int64_t, 2> sums{mine.own, mine.next};
  group.all_sum(sums);
  return here().scale * static_cast<double>(sums[0]) + next_scale_ * static_cast<double>(sums[1]);
}

void UnitCost::apply(std::span<const std::int32_t> z) {
  energy::LayerState& layer = here();
  std::vector<std::int16_t> shift(samples());  // of the unit's value
  for (std::size_t s = 0; s < samples(); ++s) {
    const std::size_t at = layer.at(unit_, s);
    const std::uint8_t k = best_segment(s, z[s]);
    layer.segment[at] = next_.size() == 0 ? layer.segment[at] : k;
    layer.above[at] = static_cast<std::int16_t>(z[s] - layer.hi[k]);
    layer.below[at] = static_cast<std::int16_t>(layer.lo[k] - z[s]);
    if (next_.size() == 0) continue;
    shift[s] = static_cast<std::int16_t>(layer.layer->values[k] - layer.value[at]);
    layer.value[at] = layer.layer->values[k];
  }
  z_.assign(z.begin(), z.end());
  if (next_.size() == 0) return;
  energy::LayerState& next = state_->layers[layer_ + 1];
  const std::vector<std::int16_t> weights = energy::weights_of_input(next, unit_);
  for (int c = 0; c < next.layer->units; ++c) {
    const int weight = weights[static_cast<std::size_t>(c)];
    for (std::size_t s = 0; s < samples(); ++s) {
      next.shift_z(next.at(c, s), weight * shift[s]);
    }
  }
  set_next();
}

}  // namespace isinglass::oracles
