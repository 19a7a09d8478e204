#include "oracles/dynamics/dynamics_oracle.hpp"
#include "namespaces.hpp"
#include "oracles/annealing/sweeps.hpp"
#include "oracles/dynamics/layer_amplitudes.hpp"
#include "print_names.hpp"
#include "products/products.hpp"
#include "random_state.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(dynamics_oracle)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

LayerInputs inputs_of(const StructuredState& state, std::size_t l) {
  const LayerState& layer = state.layers[l];
  LayerInputs inputs{RowMatrix<float>(layer.layer->inputs, layer.stride), 127};
  for (int i = 0; i < layer.layer->inputs; ++i)
    for (std::size_t s = 0; s < layer.stride; ++s) inputs.values(i, s) = state.column(l, i)[s];
  return inputs;
}

/// Energy of one layer for real weights, segments as they are: plain loops.
double layer_energy(const StructuredState& state, std::size_t l, const std::vector<double>& weights,
                    const std::vector<double>& biases) {
  const LayerState& layer = state.layers[l];
  const auto width = static_cast<std::size_t>(layer.layer->inputs);
  double sum = 0;
  for (int j = 0; j < layer.layer->units; ++j)
    for (std::size_t s = 0; s < layer.samples; ++s) {
      const std::size_t at = layer.at(j, s), k = layer.segment[at];
      double z = biases[static_cast<std::size_t>(j)];
      for (std::size_t i = 0; i < width; ++i)
        z += weights[static_cast<std::size_t>(j) * width + i] * state.column(l, static_cast<int>(i))[s];
      const double d = std::max({z - layer.hi[k], layer.lo[k] - z, 0.0});
      sum += layer.scale * layer.multiplier[at] * (layer.linear ? d : d * d);
    }
  return sum;
}

/// Whether some sample's slope is so far from the mean that set_slopes cuts it.
bool has_outliers(const LayerState& layer, const LayerFields& fields) {
  double largest = 0, sum = 0, count = 0;
  for (int j = 0; j < layer.layer->units; ++j)
    for (std::size_t s = 0; s < layer.samples; ++s) {
      const std::size_t at = layer.at(j, s), k = layer.segment[at];
      const double z = fields.z(j, s), slope = layer.multiplier[at] * std::max({z - layer.hi[k], layer.lo[k] - z, 0.0});
      largest = std::max(largest, slope);
      sum += slope;
      count += slope > 0;
    }
  return largest * count > 15 * sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(products_are_exact_however_they_are_cut) {
  Words words(3);
  constexpr int samples = 5000;
  RowMatrix<float> a(3, samples), b(2, samples);
  for (float& v : a.reshaped()) v = static_cast<float>(words.between(-4095, 4095));
  for (float& v : b.reshaped()) v = static_cast<float>(words.between(-127, 127));
  RowMatrix<std::int64_t> sums = RowMatrix<std::int64_t>::Constant(3, 2, 5);
  add_products(a, b, 4095.0 * 127, sums);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 2; ++j) {
      std::int64_t plain = 5;
      for (int s = 0; s < samples; ++s)
        plain += static_cast<std::int64_t>(a(i, s)) * static_cast<std::int64_t>(b(j, s));
      BOOST_TEST(sums(i, j) == plain);
    }
}

BOOST_AUTO_TEST_CASE(fields_by_products_equal_finite_differences) {
  constexpr float aside = 0.375;  // no z is where an interval ends
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Words words(seed);
    RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 3), 30);
    problem.architecture.loss = seed % 2 == 0 ? Loss::squared_hinge : Loss::squared;
    StructuredState state = random_state(problem, words, 20);
    for (std::size_t l = 0; l < state.layers.size(); ++l) {
      const LayerState& layer = state.layers[l];
      LayerFields fields;
      const LayerValues values = decode(*layer.layer, layer.bits);
      fields.weights =
          MatrixView<const std::int16_t>(values.weights.data(), layer.layer->units, layer.layer->inputs).cast<float>();
      fields.biases = vector_view(values.biases).cast<float>().array() + aside;
      const LayerInputs inputs = inputs_of(state, l);
      set_z(fields, inputs);
      for (int j = 0; j < layer.layer->units; ++j)
        for (std::size_t s = 0; s < layer.samples; ++s)
          BOOST_TEST_REQUIRE(fields.z(j, s) == static_cast<float>(layer.z(layer.at(j, s))) + aside);
      if (has_outliers(layer, fields)) continue;
      set_slopes(fields, layer, inputs, Communicator());
      const ParameterGradient gradient = parameter_gradient(fields, inputs, Communicator());
      std::vector<double> weights(values.weights.begin(), values.weights.end()),
          biases(fields.biases.begin(), fields.biases.end());
      constexpr double step = 1e-4;
      for (std::size_t i = 0; i < weights.size(); ++i) {
        std::vector<double> up = weights, down = weights;
        up[i] += step;
        down[i] -= step;
        const double difference =
            (layer_energy(state, l, up, biases) - layer_energy(state, l, down, biases)) / (2 * step);
        // Each sample's slope is rounded by half a unit at most.
        double rounding = 0;
        for (std::size_t s = 0; s < layer.samples; ++s)
          rounding += 0.5 * fields.slope_unit * std::abs(state.column(l, static_cast<int>(i) % layer.layer->inputs)[s]);
        BOOST_TEST(std::abs(gradient.weights.reshaped<Eigen::RowMajor>()[i] - difference) <=
                   rounding + 1e-4 * std::abs(difference) + 1e-4);
        ++compared;
      }
      for (std::size_t j = 0; j < biases.size(); ++j) {
        std::vector<double> up = biases, down = biases;
        up[j] += step;
        down[j] -= step;
        const double difference =
            (layer_energy(state, l, weights, up) - layer_energy(state, l, weights, down)) / (2 * step);
        const double rounding = 0.5 * fields.slope_unit * static_cast<double>(layer.samples);
        BOOST_TEST(std::abs(gradient.biases[j] - difference) <= rounding + 1e-4 * std::abs(difference) + 1e-4);
      }
    }
  }
  BOOST_TEST(compared > 200);
}

BOOST_AUTO_TEST_CASE(calls_start_from_the_network_as_it_is) {
  int layers_of_levels = 0;
  for (const MachineKind kind : {MachineKind::bsb, MachineKind::dsb, MachineKind::cim, MachineKind::cac}) {
    MachineConfig machine;
    machine.kind = kind;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Words words(seed);
      const RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 3), 20);
      const StructuredState state = random_state(problem, words, 20);
      for (const LayerState& layer : state.layers) {
        const Layer& shape = *layer.layer;
        LayerAmplitudes amplitudes(layer, machine, 0.5F);
        LayerFields fields;
        amplitudes.set_parameters(fields, layer);
        const LayerValues values = decode(shape, layer.bits);
        // bsb's fields see spins at their amplitude.
        const float part = kind == MachineKind::bsb && shape.weights.bits() == 1 ? 0.5F : 1.0F;
        for (std::size_t i = 0; i < values.weights.size(); ++i)
          BOOST_TEST_REQUIRE(std::abs(fields.weights.reshaped<Eigen::RowMajor>()[i] -
                                      part * static_cast<float>(values.weights[i])) <= 0.5F / weight_grid);
        if (shape.bias.bits() > 1)
          for (std::size_t j = 0; j < values.biases.size(); ++j)
            BOOST_TEST_REQUIRE(fields.biases[j] == static_cast<float>(values.biases[j]));
        const LayerValues nearest = decode(shape, amplitudes.bits(shape));
        BOOST_TEST((nearest.weights == values.weights && nearest.biases == values.biases));
        if (shape.is_output()) continue;
        LayerState chosen = layer;
        amplitudes.set_segments(chosen);
        for (int j = 0; j < shape.units; ++j)
          for (std::size_t s = 0; s < layer.samples; ++s)
            BOOST_TEST_REQUIRE(chosen.segment[layer.at(j, s)] == layer.segment[layer.at(j, s)]);
        layers_of_levels += shape.cell_count() > 2;
      }
    }
  }
  BOOST_TEST(layers_of_levels > 0);
}

BOOST_AUTO_TEST_CASE(noise_at_the_start_loses_no_spin) {
  for (const MachineKind kind : {MachineKind::bsb, MachineKind::dsb, MachineKind::cim, MachineKind::cac}) {
    MachineConfig machine;
    machine.kind = kind;
    BOOST_TEST(call_rule(machine).noise < 0.5F);
    BOOST_TEST(call_rule(machine).noise > 0);
  }
}

BOOST_AUTO_TEST_CASE(levels_rest_where_no_force_drives_them) {
  const std::vector<float> start{-1, -0.5F, 0, 0.25F, 1}, none(start.size());
  for (const MachineKind kind : {MachineKind::bsb, MachineKind::dsb, MachineKind::cim, MachineKind::cac}) {
    MachineConfig machine;
    machine.kind = kind;
    Amplitudes levels(start, machine), spins(start, machine);
    for (int step = 0; step < machine.whole.sweeps; ++step) {
      levels.advance(none, level_rule(step_rule(machine, step, machine.whole.sweeps)));
      spins.advance(none, step_rule(machine, step, machine.whole.sweeps));
    }
    BOOST_TEST(levels.x == start);
    BOOST_TEST(spins.x != start);
  }
}

BOOST_AUTO_TEST_CASE(only_discrete_bifurcation_loses_momentum) {
  for (const MachineKind kind : {MachineKind::bsb, MachineKind::dsb}) {
    MachineConfig machine;
    machine.kind = kind;
    StepRule rule = level_rule(step_rule(machine, 0, 10));
    Amplitudes amplitudes({0}, machine);
    amplitudes.second = {0.5F};
    amplitudes.advance(std::vector<float>{0}, rule);
    BOOST_TEST((amplitudes.second[0] < 0.5F) == (kind == MachineKind::dsb));
  }
}

BOOST_AUTO_TEST_CASE(every_kind_finds_lower_energies_than_random_weights_have) {
  for (const MachineKind kind : {MachineKind::bsb, MachineKind::dsb, MachineKind::cim, MachineKind::cac}) {
    int better = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Words words(seed);
      const RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 2), 40);
      StructuredState state = random_state(problem, words, 20);
      StructuredState descended = state;
      descend_segments(descended, 1);
      MachineConfig machine;
      machine.kind = kind;
      BOOST_TEST(DynamicsOracle(machine, Communicator()).answer(state, {seed, 0}, [] { return false; }));
      descend_segments(state, 1);
      better += total_energy(state, Communicator()) < total_energy(descended, Communicator());
    }
    BOOST_TEST(better >= 17, kind << ": " << better << " of 20");
    Words words(1);
    const RandomProblem problem = random_problem(1, 1, 10);
    StructuredState state = random_state(problem, words, 20);
    MachineConfig machine;
    machine.kind = kind;
    BOOST_TEST(!DynamicsOracle(machine, Communicator()).answer(state, {1, 0}, [] { return true; }));
  }
}

BOOST_AUTO_TEST_SUITE_END()
