#include "oracles/subproblems/sample_choices.hpp"

#include "oracles/subproblems/quadratic_fit.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

/// sum_j b_j y_j + sum_{j<k} q_jk y_j y_k with y = (1 + t) / 2, without the constant, divided by the largest coefficient.
void to_spins(SampleCoefficients& c) {
  std::vector<double> fields(c.fields.size());
  double largest = 0;
  std::size_t pair = 0;
  for (std::size_t j = 0; j < fields.size(); ++j) {
    fields[j] += 0.5 * c.fields[j];
    for (std::size_t k = j + 1; k < fields.size(); ++k, ++pair) {
      c.couplings[pair] *= 0.25;
      fields[j] += c.couplings[pair];
      fields[k] += c.couplings[pair];
      largest = std::max(largest, std::abs(c.couplings[pair]));
    }
  }
  for (const double h : fields) largest = std::max(largest, std::abs(h));
  if (largest > 0) {
    for (double& h : fields) h /= largest;
    for (double& j : c.couplings) j /= largest;
    c.unit = largest;
  }
  c.fields = std::move(fields);
}

}  // namespace

SampleChoices::SampleChoices(StructuredState& state, std::size_t l, std::vector<int> units, ZWindow window)
    : state_(&state), layer_(l), units_(std::move(units)), window_(window) {
  for (const int unit : units_) weights_.push_back(weights_of_input(next(), unit));
}

double SampleChoices::own_change(std::size_t sample, std::size_t slot, std::uint8_t k) const {
  const LayerState& layer = here();
  const std::size_t at = layer.at(units_[slot], sample);
  const int z = layer.z(at);
  const std::int64_t after = std::max({z - layer.hi[k], layer.lo[k] - z, 0});
  return layer.scale * static_cast<double>(layer.multiplier[at] * after * after - layer.cost(at));
}

double SampleChoices::next_change(std::size_t sample, int c, int shift) const {
  const std::size_t at = next().at(c, sample);
  return next().scale * static_cast<double>(next().cost_after(at, shift) - next().cost(at));
}

double SampleChoices::change_alone(std::size_t sample, std::size_t slot, std::uint8_t k) const {
  const int shift = here().layer->values[k] - here().value[here().at(units_[slot], sample)];
  double sum = own_change(sample, slot, k);
  for (int c = 0; c < next().layer->units; ++c) sum += next_change(sample, c, weight(c, slot) * shift);
  return sum;
}

Alternatives SampleChoices::alternatives(std::size_t sample) const {
  const LayerState& layer = here();
  Alternatives others;
  for (std::size_t slot = 0; slot < units_.size(); ++slot) {
    const std::size_t at = layer.at(units_[slot], sample);
    const std::uint8_t now = layer.segment[at], first = layer.first[sample], last = layer.last[sample];
    std::uint8_t best = now;
    double least = 0;
    for (std::uint8_t k = first; k <= last; ++k) {
      if (k == now) continue;
      const double change = last == first + 1 ? 0 : change_alone(sample, slot, k);  // of two, the other is the only one
      if (best != now && change >= least) continue;
      least = change;
      best = k;
    }
    others.segment.push_back(best);
    others.shift.push_back(static_cast<std::int16_t>(layer.layer->values[best] - layer.value[at]));
    others.own.push_back(own_change(sample, slot, best));
  }
  return others;
}

void SampleChoices::add_parabola(SampleCoefficients& sum, std::size_t sample, int c, const Alternatives& others) const {
  const int z = next().z(next().at(c, sample)), limit = window_.limit;
  const int left = std::min(window_.width, limit + z), right = std::min(window_.width, limit - z);
  const Parabola parabola = parabola_through(left, next_change(sample, c, -left), 0, right, next_change(sample, c, right));
  const double curvature = std::max(0.0, parabola.curvature);
  std::size_t pair = 0;
  for (std::size_t j = 0; j < units_.size(); ++j) {
    const double of_j = weight(c, j) * others.shift[j];
    sum.fields[j] += of_j * (parabola.slope + 0.5 * curvature * of_j);
    if (curvature == 0) continue;
    for (std::size_t k = j + 1; k < units_.size(); ++k)
      sum.couplings[pair++] += curvature * of_j * weight(c, k) * others.shift[k];
  }
}

SampleCoefficients SampleChoices::coefficients(std::size_t sample, const Alternatives& others) const {
  SampleCoefficients sum{others.own, std::vector<double>(units_.size() * (units_.size() - 1) / 2), 1};
  for (int c = 0; c < next().layer->units; ++c) add_parabola(sum, sample, c, others);
  to_spins(sum);
  return sum;
}

double SampleChoices::change(std::size_t sample, const Alternatives& others, std::span<const std::int8_t> spins) const {
  double sum = 0;
  for (std::size_t j = 0; j < units_.size(); ++j)
    if (spins[j] > 0) sum += others.own[j];
  for (int c = 0; c < next().layer->units; ++c) {
    int shift = 0;
    for (std::size_t j = 0; j < units_.size(); ++j)
      if (spins[j] > 0) shift += weight(c, j) * others.shift[j];
    sum += next_change(sample, c, shift);
  }
  return sum;
}

void SampleChoices::take(std::size_t sample, const Alternatives& others, std::span<const std::int8_t> spins) {
  for (std::size_t j = 0; j < units_.size(); ++j) {
    if (spins[j] < 0 || others.segment[j] == here().segment[here().at(units_[j], sample)]) continue;
    here().choose(here().at(units_[j], sample), others.segment[j]);
    for (int c = 0; c < next().layer->units; ++c) next().shift_z(next().at(c, sample), weight(c, j) * others.shift[j]);
  }
}

}  // namespace isinglass
