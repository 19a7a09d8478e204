#include "oracles/subproblems/neuron_problem.hpp"

#include "products/exact_products.hpp"

#include <algorithm>

namespace isinglass {

namespace {

/// Sums over all samples of the group.
struct Sums {
  std::size_t inputs = 0;
  std::vector<std::int64_t> gram;    // [inputs][inputs] sum_s c_s x_is x_i's
  std::vector<std::int64_t> forces;  // [inputs] sum_s g_s x_is
};

/// The values of one column where `chosen`, times `factor` of the sample.
void gather(std::span<const float> column, std::span<const std::uint32_t> chosen, std::span<const std::int32_t> factor,
            float* plain, float* weighted) {
  for (std::size_t n = 0; n < chosen.size(); ++n) {
    plain[n] = column[chosen[n]];
    weighted[n] = plain[n] * static_cast<float>(factor[chosen[n]]);
  }
}

/// Samples without curvature add nothing to the Gram matrix: only the others are multiplied.
void add_gram(Sums& sums, std::span<const float> columns, std::size_t stride, double largest_input, const QuadraticFit& fit) {
  std::vector<std::uint32_t> curved;
  for (std::size_t s = 0; s < fit.curvature.size(); ++s)
    if (fit.curvature[s] != 0) curved.push_back(static_cast<std::uint32_t>(s));
  const std::size_t n = curved.size();
  std::vector<float> plain(sums.inputs * n), weighted(sums.inputs * n);
  for (std::size_t i = 0; i < sums.inputs; ++i)
    gather(columns.subspan(i * stride, stride), curved, fit.curvature, plain.data() + i * n, weighted.data() + i * n);
  add_products({weighted.data(), sums.inputs, n, n}, {plain.data(), sums.inputs, n, n},
               fit.largest_curvature * largest_input * largest_input, sums.gram);
}

void add_forces(Sums& sums, std::span<const float> columns, std::size_t stride, double largest_input, const QuadraticFit& fit) {
  const std::vector<float> gradient(fit.gradient.begin(), fit.gradient.end());
  add_products({gradient.data(), 1, gradient.size(), gradient.size()}, {columns.data(), sums.inputs, gradient.size(), stride},
               fit.largest_gradient * largest_input, sums.forces);
}

/// Which column belongs to each place.
std::vector<std::size_t> columns_of(std::span<const SpinPlace> places) {
  std::vector<std::size_t> column;
  std::vector<int> seen;
  for (const SpinPlace& place : places) {
    const auto at = std::find(seen.begin(), seen.end(), place.input);
    column.push_back(static_cast<std::size_t>(at - seen.begin()));
    if (at == seen.end()) seen.push_back(place.input);
  }
  return column;
}

}  // namespace

std::vector<SpinPlace> places_of(const LayerState& layer, int unit, std::span<const int> inputs) {
  std::vector<SpinPlace> places;
  const Layer& shape = *layer.layer;
  const auto j = static_cast<std::size_t>(unit);
  for (const int input : inputs) {
    const bool is_bias = input == shape.inputs;
    const Codebook& codebook = is_bias ? shape.bias : shape.weights;
    const std::size_t first =
        (is_bias ? j : j * static_cast<std::size_t>(shape.inputs) + static_cast<std::size_t>(input)) * codebook.steps.size();
    for (std::size_t bit = 0; bit < codebook.steps.size(); ++bit) {
      const std::uint8_t value = (is_bias ? layer.bits.biases : layer.bits.weights)[first + bit];
      places.push_back(
          {input, bit, 0.5 * codebook.steps[bit] * (is_bias ? shape.bias_unit : 1), static_cast<std::int8_t>(value ? 1 : -1)});
    }
  }
  return places;
}

NeuronProblem make_neuron_problem(std::span<const SpinPlace> places, std::span<const float> columns, std::size_t stride,
                                  double largest_input, const QuadraticFit& fit, const Communicator& group) {
  const std::vector<std::size_t> column = columns_of(places);
  Sums sums;
  sums.inputs = places.empty() ? 0 : *std::max_element(column.begin(), column.end()) + 1;
  sums.gram.resize(sums.inputs * sums.inputs);
  sums.forces.resize(sums.inputs);
  add_gram(sums, columns, stride, largest_input, fit);
  add_forces(sums, columns, stride, largest_input, fit);
  group.all_sum(sums.gram);
  group.all_sum(sums.forces);

  const std::size_t n = places.size();
  NeuronProblem neuron;
  DenseCouplings couplings;
  couplings.value.resize(n * n);
  neuron.problem.spins = n;
  neuron.problem.fields.resize(n);
  neuron.stiffness.resize(n);
  for (std::size_t a = 0; a < n; ++a) {
    const double force = fit.gradient_unit * static_cast<double>(sums.forces[column[a]]) * places[a].step;
    double pull = 0;  // of the couplings, at the spins as they are
    for (std::size_t b = 0; b < n; ++b) {
      const double q = fit.curvature_unit * static_cast<double>(sums.gram[column[a] * sums.inputs + column[b]]) *
                       places[a].step * places[b].step;
      if (a == b)
        neuron.stiffness[a] = q;
      else
        couplings.value[a * n + b] = q;
      pull += q * places[b].spin;
    }
    neuron.problem.fields[a] = force - pull;
  }
  neuron.problem.couplings = std::move(couplings);
  Spins now;
  for (const SpinPlace& place : places) now.push_back(place.spin);
  neuron.problem.offset = -energy(neuron.problem, now);
  return neuron;
}

std::vector<double> cautious_fields(const NeuronProblem& neuron, std::span<const SpinPlace> places, double caution) {
  std::vector<double> fields = neuron.problem.fields;
  for (std::size_t a = 0; a < fields.size(); ++a) fields[a] -= 0.5 * caution * neuron.stiffness[a] * places[a].spin;
  return fields;
}

}  // namespace isinglass
