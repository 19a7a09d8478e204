#include "bounds/spline_error.hpp"

#include "network/forward.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace isinglass::bounds {

namespace {

/// Calls visit(z, A(z)) for every integer |z| <= reach.
template <class Visit>
void for_each_z(const network::Layer& layer, int reach, Visit&& visit) {
  std::size_t k = static_cast<std::size_t>(network::segment_of(layer.thresholds, -reach));
  for (int z = -reach; z <= reach; ++z) {
    while (k < layer.thresholds.size() && z >= layer.thresholds[k]) ++k;
    visit(z, static_cast<double>(layer.values[k]));
  }
}

/// Formula (2).
double spline_error(const network::Layer& layer, const IdealLayer& ideal, int reach) {
  double largest = 0;
  for_each_z(layer, reach, [&](int z, double a) { largest = std::max(largest, std::abs(a - ideal.at(z))); });
  return largest;
}

/// Formula (4): a monotone F is farthest from A(z) at an end of [z - error, z + error].
double monotone_error(const network::Layer& layer, const IdealLayer& ideal, int reach, double error) {
  double largest = 0;
  for_each_z(layer, reach, [&](int z, double a) {
    largest = std::max({largest, std::abs(a - ideal.at(z - error)), std::abs(a - ideal.at(z + error))});
  });
  return largest;
}

LayerSplineError layer_error(const network::Layer& layer, const IdealLayer& ideal, int reach, double input_error) {
  return {input_error, spline_error(layer, ideal, reach), ideal.lipschitz(),
          activation_error(layer, ideal, reach, input_error)};
}

void raise(LayerSplineError& largest, const LayerSplineError& unit) {
  largest.input_error = std::max(largest.input_error, unit.input_error);
  largest.spline_error = std::max(largest.spline_error, unit.spline_error);
  largest.lipschitz = unit.lipschitz;
  largest.activation_error = std::max(largest.activation_error, unit.activation_error);
}

/// Largest |A(z)| for |z| <= reach.
int largest_activation(const network::Layer& layer, int reach) {
  int largest = 0;
  const auto last = static_cast<std::size_t>(network::segment_of(layer.thresholds, reach));
  for (auto k = static_cast<std::size_t>(network::segment_of(layer.thresholds, -reach)); k <= last; ++k)
    largest = std::max(largest, std::abs(static_cast<int>(layer.values[k])));
  return largest;
}

/// |bias| + sum_i |w_i| inputs_i of unit j.
template <class Input>
Input weighed(const network::Layer& layer, const network::LayerValues& values, std::size_t j,
              std::span<const Input> inputs, Input start) {
  const auto row = std::span(values.weights).subspan(j * static_cast<std::size_t>(layer.inputs), inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) start += static_cast<Input>(std::abs(row[i])) * inputs[i];
  return start;
}

/// Largest |z| of each unit of the first layer over all samples. Collective.
std::vector<std::int64_t> first_reach(const network::Layer& layer, const network::LayerValues& values,
                                      const data::Samples& samples, const parallel::Communicator& comm) {
  std::vector<std::int64_t> reach(static_cast<std::size_t>(layer.units)), inputs;
  for (std::size_t s = 0; s < samples.size(); ++s) {
    inputs.clear();
    for (const std::int8_t x : samples.row(s)) inputs.push_back(std::abs(static_cast<int>(x)));
    for (std::size_t j = 0; j < reach.size(); ++j)
      reach[j] = std::max(reach[j], weighed<std::int64_t>(layer, values, j, inputs, std::abs(values.biases[j])));
  }
  comm.all_max(reach);
  return reach;
}

/// How far the class of `z` is from changing: half the lead of the largest output over the next, |z| for a single
/// output.
double lead(std::vector<int> z) {
  if (z.size() == 1) return std::abs(z[0]);
  std::partial_sort(z.begin(), z.begin() + 2, z.end(), std::greater<>());
  return 0.5 * (z[0] - z[1]);
}

int class_of(std::span<const double> z) {
  if (z.size() == 1) return z[0] >= 0 ? 1 : 0;
  return static_cast<int>(std::max_element(z.begin(), z.end()) - z.begin());
}

}  // namespace

double activation_error(const network::Layer& layer, const IdealLayer& ideal, int reach, double error) {
  if (error <= 0) return spline_error(layer, ideal, reach);  // and infinity times 0 is not asked for
  double bound = spline_error(layer, ideal, reach) + ideal.lipschitz() * error;
  if (ideal.f.monotone) bound = std::min(bound, monotone_error(layer, ideal, reach, error));
  return bound;
}

SplineErrorBound bound_spline_error(const network::Architecture& architecture, const IdealNetwork& ideal,
                                    std::span<const qcbo::LayerReach> reach, const parallel::Communicator& comm) {
  SplineErrorBound bound;
  double error = 0;  // of the layer's inputs; data are exact
  for (std::size_t l = 0; l < architecture.layers.size(); ++l) {
    const network::Layer& layer = architecture.layers[l];
    const double weight_sum = static_cast<double>(layer.inputs) * layer.weights.largest();
    const double input_error = weight_sum * error;
    if (layer.is_output()) {
      bound.output_error = input_error;
      break;
    }
    const auto& all = reach[l].reach;
    const int widest = all.empty() ? 0 : *std::max_element(all.begin(), all.end());
    bound.hidden.push_back(layer_error(layer, ideal[l], static_cast<int>(comm.all_max(widest)), input_error));
    error = bound.hidden.back().activation_error;
  }
  return bound;
}

SplineErrorBound bound_spline_error(const network::Architecture& architecture, const IdealNetwork& ideal,
                                    const network::NetworkValues& values, const data::Samples& samples,
                                    const parallel::Communicator& comm) {
  SplineErrorBound bound;
  std::vector<std::int64_t> reach = first_reach(architecture.layers[0], values[0], samples, comm);
  std::vector<double> errors(static_cast<std::size_t>(architecture.layers[0].units));  // of z
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) {
    const network::Layer &layer = architecture.layers[l], &next = architecture.layers[l + 1];
    LayerSplineError largest;
    std::vector<std::int64_t> activation;
    for (std::size_t j = 0; j < errors.size(); ++j) {
      const LayerSplineError unit = layer_error(layer, ideal[l], static_cast<int>(reach[j]), errors[j]);
      raise(largest, unit);
      errors[j] = unit.activation_error;
      activation.push_back(largest_activation(layer, static_cast<int>(reach[j])));
    }
    bound.hidden.push_back(largest);
    const std::vector<double> activation_errors = errors;
    errors.resize(static_cast<std::size_t>(next.units));
    reach.resize(errors.size());
    for (std::size_t i = 0; i < errors.size(); ++i) {
      errors[i] = weighed<double>(next, values[l + 1], i, activation_errors, 0.0);
      reach[i] = weighed<std::int64_t>(next, values[l + 1], i, activation, std::abs(values[l + 1].biases[i]));
    }
  }
  if (architecture.layers.size() > 1) bound.output_error = *std::max_element(errors.begin(), errors.end());
  return bound;
}

SplineErrorMeasured measure_spline_error(const network::Architecture& architecture, const IdealNetwork& ideal,
                                         const network::NetworkValues& values, const data::Samples& samples,
                                         double bound, const parallel::Communicator& comm) {
  SplineErrorMeasured measured;
  std::array<std::int64_t, 3> counts{0, 0, static_cast<std::int64_t>(samples.size())};  // same class, certified, all
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const std::vector<int> z = network::forward(architecture, values, samples.row(s));
    const std::vector<double> exact = ideal_forward(architecture, ideal, values, samples.row(s));
    for (std::size_t c = 0; c < z.size(); ++c)
      measured.output_error = std::max(measured.output_error, std::abs(z[c] - exact[c]));
    counts[0] += network::predicted_class(z) == class_of(exact) ? 1 : 0;
    counts[1] += bound == 0 || lead(z) > bound ? 1 : 0;
  }
  measured.output_error = comm.all_max(measured.output_error);
  comm.all_sum(counts);
  measured.same_class = static_cast<double>(counts[0]) / static_cast<double>(counts[2]);
  measured.certified_fraction = static_cast<double>(counts[1]) / static_cast<double>(counts[2]);
  return measured;
}

}  // namespace isinglass::bounds
