#include "base/error.hpp"
#include "group_problems.hpp"
#include "ising/groups/fold.hpp"
#include "ising/groups/group_annealer.hpp"
#include "ising/groups/thermal_state.hpp"
#include "ising/tabu/tabu.hpp"
#include "namespaces.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(ising_groups)

using namespace isinglass;
using namespace isinglass::testing;
using testing::Coefficients;
using testing::Words;

namespace {

std::unique_ptr<ProgrammedMachine> annealer(const IsingProblem& problem, bool swaps) {
  GroupConfig groups;
  groups.swaps = swaps;
  return program_group_annealer(problem, SaConfig{}, groups);
}

/// Counts of states over a long walk at one temperature are those of Boltzmann, within six standard deviations of
/// correlated samples.
void samples_boltzmann(const IsingProblem& problem, double beta, bool swaps) {
  const auto state = make_thermal_state(fold_groups(problem));
  QuickRandom random(7, 0, 0);
  state->set(random_state(problem, random));
  const std::vector<double> expected = testing::boltzmann_weights(problem, beta);
  std::vector<double> seen(expected.size());
  constexpr int sweeps = 40'000;
  for (int t = 0; t < sweeps; ++t) {
    state->sweep(beta, random);
    if (swaps) state->swap_groups(beta, random);
    std::size_t index = 0;
    for (std::size_t i = 0; i < problem.spins; ++i) index |= state->spin(i) > 0 ? std::size_t{1} << i : 0;
    seen[index] += 1.0 / sweeps;
  }
  for (std::size_t s = 0; s < seen.size(); ++s) {
    if (expected[s] == 0) BOOST_TEST(seen[s] == 0);
    BOOST_TEST(std::abs(seen[s] - expected[s]) < 6 * std::sqrt(5 * expected[s] / sweeps) + 1e-4);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(folding_keeps_the_energies_of_states_that_keep_the_groups) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Words words(seed);
    const IsingProblem sparse = testing::random_grouped(words, 20, static_cast<Coefficients>(seed % 3));
    IsingProblem dense = sparse;
    dense.couplings = to_dense(sparse);
    QuickRandom random(seed, 0, 0);
    for (int k = 0; k < 5; ++k) {
      const Spins s = random_state(sparse, random);
      BOOST_TEST(keeps_groups(sparse, s));
      for (const IsingProblem* problem : {&sparse, static_cast<const IsingProblem*>(&dense)}) {
        const IsingProblem folded = fold_groups(*problem);
        check(folded);
        BOOST_TEST(std::abs(ising::energy(folded, s) - ising::energy(sparse, s)) < 1e-9);
        const DenseCouplings j = to_dense(folded);
        for (const OneHotGroup& group : sparse.groups)
          for (const std::int32_t a : group)
            for (const std::int32_t b : group) BOOST_TEST(j(a, b) == 0);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(annealing_agrees_with_enumeration) {
  for (const bool swaps : {false, true})
    testing::agrees_with_enumeration_on_groups([&](const IsingProblem& p) { return annealer(p, swaps); }, 250, 8, 80);
}

BOOST_AUTO_TEST_CASE(tabu_agrees_with_enumeration) {
  testing::agrees_with_enumeration_on_groups([](const IsingProblem& p) { return Tabu(TabuConfig{}).program(p); }, 250,
                                             1, 500);
}

BOOST_AUTO_TEST_CASE(moves_keep_fields_and_energy) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Words words(seed);
    const IsingProblem problem = testing::random_grouped(words, 30, static_cast<Coefficients>(seed % 3));
    const IsingProblem folded = fold_groups(problem);
    const auto state = make_thermal_state(folded);
    QuickRandom random(seed, 1, 0);
    for (int t = 0; t < 40; ++t) {
      state->sweep(0.2, random);
      state->swap_groups(0.2, random);
    }
    const Spins s = state->spins();
    BOOST_TEST(keeps_groups(problem, s));
    BOOST_TEST(std::abs(state->energy() - ising::energy(problem, s)) < 1e-9);
    const auto fresh = make_thermal_state(folded);
    fresh->set(s);
    const std::vector<double> walked = state->move_costs(), anew = fresh->move_costs();
    BOOST_REQUIRE(walked.size() == anew.size());
    for (std::size_t i = 0; i < walked.size(); ++i) BOOST_TEST(std::abs(walked[i] - anew[i]) < 1e-9);
    state->descend();
    BOOST_TEST(state->energy() <= fresh->energy() + 1e-9);
    const auto again = state->energy();
    state->descend();
    BOOST_TEST(state->energy() == again);
  }
}

BOOST_AUTO_TEST_CASE(sweeps_and_swaps_sample_the_boltzmann_distribution) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Words words(100 + seed);
    IsingProblem problem = testing::random_ising(words, 9, 100, Coefficients::real);
    problem.groups = {{0, 3, 5}, {1, 7, 8}, {2}};
    samples_boltzmann(problem, 0.7, seed % 2 == 0);
  }
}

BOOST_AUTO_TEST_CASE(the_table_is_the_exponential) {
  const Boltzmann boltzmann;
  for (double x = 1e-3; x < 22.99; x += 0.00317) {
    BOOST_TEST(std::abs(boltzmann(x) / std::exp(-x) - 1) < 2e-11);
    BOOST_TEST(boltzmann.accepts(x, 0.999999 * std::exp(-x)));
    BOOST_TEST(!boltzmann.accepts(x, std::min(1.0, 1.000001 * std::exp(-x))));
  }
  BOOST_TEST(boltzmann(23) == 0);
}

BOOST_AUTO_TEST_CASE(annealing_reads_depend_on_their_index_alone) {
  struct Annealer : Machine {
    std::string name() const override { return "groups"; }
    std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override {
      return annealer(problem, true);
    }
  };
  Words words(3);
  IsingProblem problem = testing::random_ising(words, 40, 60, Coefficients::real);
  problem.groups = {{0, 1, 2, 3}, {10, 11, 12, 13}, {20, 30, 31, 32, 33}};
  testing::reads_depend_on_their_index_alone(Annealer(), problem, 30);
  testing::reads_depend_on_their_index_alone(Tabu(TabuConfig{}), problem, 300);
}

BOOST_AUTO_TEST_CASE(warm_starts_are_repaired_or_refused) {
  Words words(4);
  IsingProblem problem = testing::random_ising(words, 8, 60, Coefficients::real);
  problem.groups = {{0, 1, 2}, {4, 6}};
  const Spins broken{1, 1, -1, 1, -1, -1, -1, 1}, expected{1, -1, -1, 1, 1, -1, -1, 1}, good = expected;
  Spins repaired = broken;
  repair_groups(problem, repaired);
  BOOST_TEST(repaired == expected);
  repair_groups(problem, repaired);
  BOOST_TEST(repaired == good);
  const Spins too_short(7, 1), no_spins(8, 0);
  ReadRequest request;
  request.sweeps = 1;
  for (const auto& machine : {annealer(problem, false), Tabu(TabuConfig{}).program(problem)}) {
    request.warm_start = broken;
    BOOST_TEST(machine->read(request).best()->energy <= ising::energy(problem, expected) + 1e-9);
    request.warm_start = too_short;
    BOOST_CHECK_THROW((void)machine->read(request), InputError);
    request.warm_start = no_spins;
    BOOST_CHECK_THROW((void)machine->read(request), InputError);
  }
  problem.groups.emplace_back();
  BOOST_CHECK_THROW((void)annealer(problem, false), InputError);
  BOOST_CHECK_THROW((void)Tabu(TabuConfig{}).program(problem), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
