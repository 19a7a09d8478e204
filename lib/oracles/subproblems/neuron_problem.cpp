#include "oracles/subproblems/neuron_problem.hpp"

#include "products/products.hpp"

#include <algorithm>

namespace isinglass {

namespace {

/// Sums over all samples of the group.
struct Sums {
  RowMatrix<std::int64_t> gram;    ///< [inputs][inputs] sum_s c_s x_is x_i's
  RowMatrix<std::int64_t> forces;  ///< [1][inputs] sum_s g_s x_is
};

Sums sums_of(const RowMatrix<float>& columns, double largest_input, const QuadraticFit& fit, const Communicator& group) {
  // Samples without curvature add nothing to the Gram matrix: only the others are multiplied.
  std::vector<Eigen::Index> curved;
  for (Eigen::Index s = 0; s < fit.curvature.size(); ++s)
    if (fit.curvature[s] != 0) curved.push_back(s);
  const RowMatrix<float> plain = columns(Eigen::all, curved);
  const RowMatrix<float> weighted = plain * fit.curvature(curved).cast<float>().asDiagonal();
  const RowMatrix<float> gradient = fit.gradient.transpose().cast<float>();
  const Eigen::Index inputs = columns.rows();
  Sums sums{RowMatrix<std::int64_t>::Zero(inputs, inputs), RowMatrix<std::int64_t>::Zero(1, inputs)};
  add_products(weighted, plain, fit.largest_curvature * largest_input * largest_input, sums.gram);
  add_products(gradient, columns.leftCols(gradient.size()), fit.largest_gradient * largest_input, sums.forces);
  group.all_sum({sums.gram.data(), static_cast<std::size_t>(sums.gram.size())});
  group.all_sum({sums.forces.data(), static_cast<std::size_t>(inputs)});
  return sums;
}

/// Which column belongs to each place.
std::vector<Eigen::Index> columns_of(std::span<const SpinPlace> places) {
  std::vector<Eigen::Index> column;
  std::vector<int> seen;
  for (const SpinPlace& place : places) {
    const auto at = std::find(seen.begin(), seen.end(), place.input);
    column.push_back(at - seen.begin());
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

NeuronProblem make_neuron_problem(std::span<const SpinPlace> places, const RowMatrix<float>& columns, double largest_input,
                                  const QuadraticFit& fit, const Communicator& group) {
  const Sums sums = sums_of(columns, largest_input, fit, group);
  const std::vector<Eigen::Index> column = columns_of(places);
  const std::size_t n = places.size();
  Spins now;
  Eigen::VectorXd steps(n), spins(n);
  for (std::size_t a = 0; a < n; ++a) {
    now.push_back(places[a].spin);
    steps[a] = places[a].step;
    spins[a] = places[a].spin;
  }
  RowMatrix<double> q = fit.curvature_unit * sums.gram(column, column).cast<double>();
  q = steps.asDiagonal() * q * steps.asDiagonal();
  NeuronProblem neuron;
  neuron.problem.spins = n;
  neuron.stiffness = q.diagonal();
  for (std::size_t a = 0; a < n; ++a)
    neuron.problem.fields.push_back(fit.gradient_unit * static_cast<double>(sums.forces(0, column[a])) * steps[a] -
                                    dot_in_order(q.row(a), spins));  // the couplings' pull at the spins as they are
  q.diagonal().setZero();
  neuron.problem.couplings = std::move(q);
  neuron.problem.offset = -energy(neuron.problem, now);
  return neuron;
}

std::vector<double> cautious_fields(const NeuronProblem& neuron, std::span<const SpinPlace> places, double caution) {
  std::vector<double> fields = neuron.problem.fields;
  for (std::size_t a = 0; a < fields.size(); ++a) fields[a] -= 0.5 * caution * neuron.stiffness[a] * places[a].spin;
  return fields;
}

}  // namespace isinglass
