#include "ising/machines.hpp"
#include "namespaces.hpp"
#include "network/forward.hpp"
#include "oracles/annealing/sweeps.hpp"
#include "oracles/subproblems/neuron_problem.hpp"
#include "oracles/subproblems/subproblem_oracle.hpp"
#include "print_names.hpp"
#include "random_state.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <numeric>

BOOST_AUTO_TEST_SUITE(subproblems)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// Random shifts of a unit's z that stay where the grid is.
std::vector<std::int32_t> shifted(const UnitCost& cost, Words& words, int largest) {
  std::vector<std::int32_t> z(cost.z().begin(), cost.z().end());
  for (std::int32_t& v : z) v = std::clamp(v + words.between(-largest, largest), -largest, largest);
  return z;
}

/// Any other reachable segment of one sample, with the next layer's z moved along by hand, costs as much or more.
void check_that_no_segment_is_better(const StructuredState& state, std::size_t l, int unit, Words& words) {
  const auto s = static_cast<std::size_t>(words.between(0, static_cast<int>(state.layers[l].samples) - 1));
  const double energy_here = total_energy(state, Communicator());
  for (std::size_t k = state.layers[l].first[s]; k <= state.layers[l].last[s]; ++k) {
    const double energy_there = energy_with(state, l, unit, s, static_cast<std::uint8_t>(k));
    BOOST_TEST(energy_there >= energy_here - 1e-9 * std::abs(energy_here));
  }
}

RowMatrix<float> columns_of(const StructuredState& state, std::size_t l) {
  const LayerState& layer = state.layers[l];
  RowMatrix<float> columns(layer.layer->inputs + 1, layer.stride);
  for (int i = 0; i < columns.rows(); ++i)
    for (std::size_t s = 0; s < layer.stride; ++s) columns(i, s) = state.column(l, i)[s];
  return columns;
}

std::vector<int> all_inputs(const Layer& layer) {
  std::vector<int> inputs(static_cast<std::size_t>(layer.inputs) + 1);
  std::iota(inputs.begin(), inputs.end(), 0);
  return inputs;
}

Config config_of(MachineKind kind, Blocks blocks, std::uint64_t seed) {
  Config config;
  config.seed = seed;
  config.machine.kind = kind;
  config.machine.subproblems = {blocks, 2, 2};
  config.machine.sa.sweeps = 20;
  config.machine.tabu.sweeps = 20;
  config.machine.pt.sweeps = 20;
  config.machine.cac.steps = config.machine.cim.steps = config.machine.bsb.steps = config.machine.dsb.steps = 30;
  return config;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_units_cost_is_the_energy_with_its_segments_minimised_out) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Words words(seed);
    const RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 3), 20);
    StructuredState state = random_state(problem, words, 200);
    const auto l = static_cast<std::size_t>(words.between(0, static_cast<int>(state.layers.size()) - 1));
    const int unit = words.between(0, state.layers[l].layer->units - 1);
    UnitCost cost(state, l, unit);
    const std::vector<std::int32_t> z = shifted(cost, words, 3);
    const double before = total_energy(state, Communicator()), change = cost.energy_change(z, Communicator());
    const std::vector<double> costs = cost.costs(z);
    cost.apply(z);
    BOOST_TEST(total_energy(state, Communicator()) - before == change, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(UnitCost(state, l, unit).energy_change(z, Communicator()) == 0.0);
    if (!state.layers[l].layer->is_output()) check_that_no_segment_is_better(state, l, unit, words);
  }
}

BOOST_AUTO_TEST_CASE(couplings_are_exact_within_a_piece) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Words words(seed);
    RandomProblem problem = random_problem(seed, 1, 15);
    problem.architecture.loss = Loss::squared;  // an output's cost is one parabola
    StructuredState state = random_state(problem, words, 200);
    const std::size_t l = state.layers.size() - 1;
    LayerState& layer = state.layers[l];
    UnitCost cost(state, l, 0);
    const std::vector<SpinPlace> places = places_of(layer, 0, all_inputs(*layer.layer));
    const QuadraticFit fit = fit_quadratic(cost, 2, 1 << 14, 1 << 16, 1 << 9, Communicator());
    const NeuronProblem neuron = make_neuron_problem(places, columns_of(state, l), 127, fit, Communicator());
    BOOST_TEST_REQUIRE(neuron.problem.spins == places.size());
    for (int round = 0; round < 10; ++round) {
      Spins spins;
      std::vector<double> z(cost.z().begin(), cost.z().end());
      for (const SpinPlace& place : places) {
        spins.push_back(words.between(0, 1) ? 1 : -1);
        for (std::size_t s = 0; s < z.size(); ++s)
          z[s] += place.step * (spins.back() - place.spin) * state.column(l, place.input)[s];
      }
      const std::vector<std::int32_t> moved(z.begin(), z.end());
      const double exact = cost.energy_change(moved, Communicator());
      BOOST_TEST(std::abs(ising::energy(neuron.problem, spins) - exact) <= 1e-3 * (std::abs(exact) + 10));
      ++compared;
    }
  }
  BOOST_TEST(compared > 100);
}

BOOST_AUTO_TEST_CASE(the_energy_never_rises_and_the_budget_holds_with_any_machine) {
  for (const MachineKind kind : all_values<MachineKind>()) {
    if (kind == MachineKind::external) continue;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      Words words(seed);
      const RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 2), 40);
      Config config = config_of(kind, seed % 3 == 0 ? Blocks::neurons : Blocks::neurons_and_samples, seed);
      config.machine.hardware.spin_budget = 8;
      if (seed % 2 == 0) config.machine.hardware.coefficient_bits = 8;
      if (seed % 2 == 0) config.machine.hardware.field_noise = 0.02;
      StructuredState state = random_state(problem, words, 200);
      SubproblemOracle oracle(config, state, Communicator());
      double before = total_energy(state, Communicator());
      for (std::uint32_t call = 0; call < 3; ++call) {
        BOOST_TEST(oracle.answer(state, {config.seed, call}, [] { return false; }));
        const double after = total_energy(state, Communicator());
        BOOST_TEST(after <= before + 1e-9 * std::abs(before), kind << " seed " << seed);
        before = after;
        BOOST_TEST(oracle.counts().largest <= 7);
        BOOST_TEST(oracle.counts().problems > 0);
      }
      // What is kept step by step is what the bits and segments say.
      StructuredState again = state;
      set_forward(again, state.bits());
      for (std::size_t s = 0; s < state.layers[0].samples; ++s)
        BOOST_TEST(again.layers[0].z(again.layers[0].at(0, s)) == state.layers[0].z(state.layers[0].at(0, s)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_parameter_must_fit_the_budget) {
  Words words(1);
  NetworkConfig network = random_network(words, 1);
  network.hidden[0].bias = "6bit";
  const Samples samples = random_samples(words, 10, 5, 2, 7);
  const Architecture architecture = build_network(network, {5, 2, input_rms(samples)}).architecture;
  MachineConfig machine;
  machine.subproblems.blocks = Blocks::neurons;
  machine.hardware.spin_budget = 6;
  BOOST_CHECK_THROW((void)subproblem_spins(architecture, machine), InputError);
  machine.hardware.spin_budget = 7;
  BOOST_TEST(subproblem_spins(architecture, machine) == 7);
  machine.hardware.spin_budget = 550;
  const std::int64_t neuron = std::max(unit_bits(architecture.layers[0]), unit_bits(architecture.layers[1]));
  BOOST_TEST(subproblem_spins(architecture, machine) == neuron + 1);
  machine.subproblems.blocks =
      Blocks::neurons_and_samples;  // as many samples as fit, beside the spin that carries fields
  BOOST_TEST(subproblem_spins(architecture, machine) == 549 / network.hidden[0].units * network.hidden[0].units + 1);
}

BOOST_AUTO_TEST_SUITE_END()
