#include "oracles/subproblems/sample_blocks.hpp"
#include "ising/machines.hpp"
#include "namespaces.hpp"
#include "random_state.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <numeric>

BOOST_AUTO_TEST_SUITE(sample_blocks)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// Some of a hidden layer's units, in any order.
std::vector<int> some_units(const StructuredState& state, std::size_t l, Words& words) {
  std::vector<int> units(static_cast<std::size_t>(state.layers[l].layer->units));
  std::iota(units.begin(), units.end(), 0);
  for (std::size_t i = units.size(); i > 1; --i)
    std::swap(units[i - 1], units[static_cast<std::size_t>(words.between(0, static_cast<int>(i) - 1))]);
  units.resize(static_cast<std::size_t>(words.between(1, static_cast<int>(units.size()))));
  return units;
}

Spins spins_of(std::size_t code, std::size_t count) {
  Spins spins;
  for (std::size_t i = 0; i < count; ++i) spins.push_back((code >> i & 1U) != 0 ? 1 : -1);
  return spins;
}

double ising_energy(const SampleCoefficients& c, const Spins& spins) {
  double sum = 0;
  std::size_t pair = 0;
  for (std::size_t j = 0; j < spins.size(); ++j) {
    sum += c.fields[j] * spins[j];
    for (std::size_t k = j + 1; k < spins.size(); ++k) sum += c.couplings[pair++] * spins[j] * spins[k];
  }
  return sum * c.unit;
}

/// A hidden layer of a random state and the choices of some of its units.
struct Case {
  Words words;
  RandomProblem problem;
  StructuredState state;
  std::size_t l = 0;
  std::vector<int> units;
  SampleChoices choices;

  Case(std::uint64_t seed, int depth, Loss loss)
      : words(seed),
        problem(with_loss(random_problem(seed, depth, 20), loss)),
        state(random_state(problem, words, 200)),
        l(static_cast<std::size_t>(words.between(0, depth - 1))),
        units(some_units(state, l, words)),
        choices(state, l, units, {words.between(1, 4), largest_z(problem.architecture, l + 1)}) {}
  static RandomProblem with_loss(RandomProblem problem, Loss loss) {
    problem.architecture.loss = loss;
    return problem;
  }
  std::size_t sample() { return static_cast<std::size_t>(words.between(0, 19)); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_samples_change_is_that_of_the_whole_energy) {
  int moved = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Case c(seed, 1 + static_cast<int>(seed % 3),
           std::array{Loss::hinge, Loss::squared_hinge, Loss::logistic}[seed % 3]);
    const std::size_t s = c.sample();
    const Alternatives others = c.choices.alternatives(s);
    const Spins spins = spins_of(c.words.next(), others.segment.size());
    const double before = total_energy(c.state, Communicator()), change = c.choices.change(s, others, spins);
    c.choices.take(s, others, spins);
    BOOST_TEST(std::abs(total_energy(c.state, Communicator()) - before - change) <= 1e-9 * (std::abs(before) + 1));
    moved += change != 0;
    for (const LayerState& layer : c.state.layers)  // reachable segments, and z and its distances agree
      for (int j = 0; j < layer.layer->units && !layer.layer->is_output(); ++j) {
        const std::size_t at = layer.at(j, s), k = layer.segment[at];
        BOOST_TEST((k >= layer.first[s] && k <= layer.last[s]));
        BOOST_TEST(layer.value[at] == layer.layer->values[k]);
        BOOST_TEST(layer.above[at] + layer.hi[k] == layer.lo[k] - layer.below[at]);
      }
  }
  BOOST_TEST(moved > 100);
}

BOOST_AUTO_TEST_CASE(the_other_segment_is_the_cheapest_by_itself) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Case c(seed, 1 + static_cast<int>(seed % 2), Loss::hinge);
    const std::size_t s = c.sample();
    const LayerState& layer = c.state.layers[c.l];
    const Alternatives others = c.choices.alternatives(s);
    for (std::size_t slot = 0; slot < others.segment.size(); ++slot) {
      const std::uint8_t now = layer.segment[layer.at(c.units[slot], s)], other = others.segment[slot];
      BOOST_TEST((other == now) == (layer.first[s] == layer.last[s]));
      const double least = energy_with(c.state, c.l, c.units[slot], s, other);
      for (std::uint8_t k = layer.first[s]; k <= layer.last[s]; ++k)
        if (k != now) BOOST_TEST(energy_with(c.state, c.l, c.units[slot], s, k) >= least - 1e-9 * std::abs(least));
    }
  }
}

BOOST_AUTO_TEST_CASE(couplings_are_exact_where_the_next_layer_costs_one_parabola) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Case c(seed, 1, Loss::squared);
    const std::size_t s = c.sample();
    const Alternatives others = c.choices.alternatives(s);
    const SampleCoefficients coefficients = c.choices.coefficients(s, others);
    double largest = 0;
    for (const double h : coefficients.fields) largest = std::max(largest, std::abs(h));
    for (const double j : coefficients.couplings) largest = std::max(largest, std::abs(j));
    BOOST_TEST((largest == 0 || std::abs(largest - 1) < 1e-12));
    const std::size_t units = others.segment.size();
    const double stay = ising_energy(coefficients, spins_of(0, units));
    for (std::size_t code = 0; code < std::size_t{1} << units; ++code) {
      const double exact = c.choices.change(s, others, spins_of(code, units));
      BOOST_TEST(std::abs(ising_energy(coefficients, spins_of(code, units)) - stay - exact) <=
                 1e-9 * (std::abs(exact) + 1));
      ++compared;
    }
  }
  BOOST_TEST(compared > 500);
}

BOOST_AUTO_TEST_CASE(enumeration_leaves_no_better_choice) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Words words(seed);
    RandomProblem problem = random_problem(seed, 1, 20);
    problem.architecture.loss = Loss::squared;
    StructuredState state = random_state(problem, words, 200);
    MachineConfig settings;
    settings.kind = MachineKind::enumeration;
    const auto machine = make_machine(settings);
    const BlockMachine block{*machine, settings, 10};
    std::vector<int> units(static_cast<std::size_t>(state.layers[0].layer->units));
    std::iota(units.begin(), units.end(), 0);
    // What is best among the alternatives, by trying all of them on a copy.
    StructuredState best = state;
    SampleChoices choices(best, 0, units, {1, largest_z(problem.architecture, 1)});
    for (std::size_t s = 0; s < 20; ++s) {
      const Alternatives others = choices.alternatives(s);
      Spins least = spins_of(0, units.size());
      for (std::size_t code = 1; code < std::size_t{1} << units.size(); ++code)
        if (choices.change(s, others, spins_of(code, units.size())) < choices.change(s, others, least))
          least = spins_of(code, units.size());
      choices.take(s, others, least);
    }
    SubproblemCounts counts;
    const SubproblemKey key{seed, 1, 0, block_name(0, samples_block)};
    BOOST_TEST(SampleBlocks(block, Communicator()).improve(state, 0, key, counts, [] { return false; }));
    const double wanted = total_energy(best, Communicator());
    BOOST_TEST(std::abs(total_energy(state, Communicator()) - wanted) <= 1e-9 * std::abs(wanted));
    BOOST_TEST(counts.largest <= 10);
    const std::int64_t a_call = 10 / std::ssize(units);
    BOOST_TEST(counts.problems == (20 + a_call - 1) / a_call);
    BOOST_TEST(counts.accepted <= counts.problems);
  }
}

BOOST_AUTO_TEST_CASE(a_stop_ends_a_pass) {
  Words words(1);
  const RandomProblem problem = random_problem(1, 1, 20);
  StructuredState state = random_state(problem, words, 200);
  MachineConfig settings;
  const auto machine = make_machine(settings);
  const BlockMachine block{*machine, settings, 10};
  SubproblemCounts counts;
  BOOST_TEST(!SampleBlocks(block, Communicator()).improve(state, 0, {1, 1, 0, 0}, counts, [] { return true; }));
}

BOOST_AUTO_TEST_SUITE_END()
