#include "oracles/subproblems/neuron_problem.hpp"

#include "products/products.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::oracles {

namespace {

/// Values as multiples of a unit, the largest of them `largest`; returns the unit.
double quantize(const Eigen::VectorXd& values, int largest, Eigen::VectorX<std::int32_t>& out,
                const parallel::Communicator& group) {
  const double extreme = group.all_max(values.lpNorm<Eigen::Infinity>());
  const double unit = extreme > 0 ? extreme / largest : 1;
  out = values.unaryExpr([&](double v) { return static_cast<std::int32_t>(std::lround(v / unit)); });
  return unit;
}

}  // namespace

Parabola parabola_through(int left, double low, double middle, int right, double high) {
  if (left + right == 0) return {};
  if (left == 0) return {(high - middle) / right, 0};
  if (right == 0) return {(middle - low) / left, 0};
  const double rise_left = (middle - low) / left, rise_right = (high - middle) / right;
  return {(rise_right * left + rise_left * right) / (left + right), 2 * (rise_right - rise_left) / (left + right)};
}

QuadraticFit fit_quadratic(const UnitCost& cost, int window, int limit, int largest_gradient, int largest_curvature,
                           const parallel::Communicator& group) {
  const std::span<const std::int32_t> z = cost.z();
  std::vector<std::int32_t> low(z.begin(), z.end()), high(z.begin(), z.end());
  for (std::size_t s = 0; s < z.size(); ++s) {
    low[s] = std::max(low[s] - window, std::min(low[s], -limit));
    high[s] = std::min(high[s] + window, std::max(high[s], limit));
  }
  const std::vector<double> at_low = cost.costs(low), at_z = cost.costs(z), at_high = cost.costs(high);
  Eigen::VectorXd slopes(z.size()), curvatures(z.size());
  for (std::size_t s = 0; s < z.size(); ++s) {
    const Parabola parabola = parabola_through(z[s] - low[s], at_low[s], at_z[s], high[s] - z[s], at_high[s]);
    slopes[s] = parabola.slope;
    curvatures[s] = std::max(0.0, parabola.curvature);
  }
  QuadraticFit fit;
  fit.largest_gradient = largest_gradient;
  fit.largest_curvature = largest_curvature;
  fit.gradient_unit = quantize(slopes, largest_gradient, fit.gradient, group);
  fit.curvature_unit = quantize(curvatures, largest_curvature, fit.curvature, group);
  return fit;
}

namespace {

/// Sums over all samples of the group.
struct Sums {
  RowMatrix<std::int64_t> gram;    ///< [inputs][inputs] sum_s c_s x_is x_i's
  RowMatrix<std::int64_t> forces;  ///< [1][inputs] sum_s g_s x_is
};

Sums sums_of(const RowMatrix<float>& columns, double largest_input, const QuadraticFit& fit,
             const parallel::Communicator& group) {
  // Samples without curvature add nothing to the Gram matrix: only the others are multiplied.
  std::vector<Eigen::Index> curved;
  for (Eigen::Index s = 0; s < fit.curvature.size(); ++s)
    if (fit.curvature[s] != 0) curved.push_back(s);
  const RowMatrix<float> plain = columns(Eigen::all, curved);
  const RowMatrix<float> weighted = plain * fit.curvature(curved).cast<float>().asDiagonal();
  const RowMatrix<float> gradient = fit.gradient.transpose().cast<float>();
  const Eigen::Index inputs = columns.rows();
  Sums sums{RowMatrix<std::int64_t>::Zero(inputs, inputs), RowMatrix<std::int64_t>::Zero(1, inputs)};
  products::add_products(weighted, plain, fit.largest_curvature * largest_input * largest_input, sums.gram);
  products::add_products(gradient, columns.leftCols(gradient.size()), fit.largest_gradient * largest_input,
                         sums.forces);
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

std::vector<SpinPlace> places_of(const energy::LayerState& layer, int unit, std::span<const int> inputs) {
  std::vector<SpinPlace> places;
  const network::Layer& shape = *layer.layer;
  const auto j = static_cast<std::size_t>(unit);
  for (const int input : inputs) {
    const bool is_bias = input == shape.inputs;
    const network::Codebook& codebook = is_bias ? shape.bias : shape.weights;
    const std::size_t first =
        (is_bias ? j : j * static_cast<std::size_t>(shape.inputs) + static_cast<std::size_t>(input)) *
        codebook.steps.size();
    for (std::size_t bit = 0; bit < codebook.steps.size(); ++bit) {
      const std::uint8_t value = (is_bias ? layer.bits.biases : layer.bits.weights)[first + bit];
      places.push_back({input, bit, 0.5 * codebook.steps[bit] * (is_bias ? shape.bias_unit : 1),
                        static_cast<std::int8_t>(value ? 1 : -1)});
    }
  }
  return places;
}

NeuronProblem make_neuron_problem(std::span<const SpinPlace> places, const RowMatrix<float>& columns,
                                  double largest_input, const QuadraticFit& fit, const parallel::Communicator& group) {
  const Sums sums = sums_of(columns, largest_input, fit, group);
  const std::vector<Eigen::Index> column = columns_of(places);
  const std::size_t n = places.size();
  ising::Spins now;
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
  neuron.problem.offset = -ising::energy(neuron.problem, now);
  return neuron;
}

std::vector<double> cautious_fields(const NeuronProblem& neuron, std::span<const SpinPlace> places, double caution) {
  std::vector<double> fields = neuron.problem.fields;
  for (std::size_t a = 0; a < fields.size(); ++a) fields[a] -= 0.5 * caution * neuron.stiffness[a] * places[a].spin;
  return fields;
}

}  // namespace isinglass::oracles
