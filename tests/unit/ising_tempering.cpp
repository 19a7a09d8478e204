#include "base/error.hpp"
#include "group_problems.hpp"
#include "ising/groups/fold.hpp"
#include "ising/tempering/replicas.hpp"
#include "ising/tempering/tempering.hpp"
#include "namespaces.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(ising_tempering)

using namespace isinglass;
using namespace isinglass::testing;
using testing::Coefficients;
using testing::Words;

namespace {

Tempering machine(int temperatures, ClusterChoice clusters = ClusterChoice::automatic, bool group_swaps = false) {
  TemperingConfig config;
  config.temperatures = temperatures;
  config.cluster_moves = clusters;
  GroupConfig groups;
  groups.swaps = group_swaps;
  return Tempering(config, groups);
}

/// Mean energies of all replicas at each temperature over a long run against exact ones.
void averages_are_exact(const IsingProblem& problem, TemperingMoves moves) {
  const IsingProblem folded = fold_groups(problem);
  const auto state = make_thermal_state(folded);
  QuickRandom random(11, 0, 0);
  state->set(random_state(problem, random));
  Replicas replicas(folded, *state, Ladder(3.0, 0.3, 5), moves);
  constexpr int steps = 20'000;
  std::vector<double> sum(5), squares(5);
  for (int t = 0; t < steps; ++t) {
    for (std::size_t set = 0; set < replicas.sets(); ++set)
      for (std::size_t k = 0; k < 5; ++k) replicas.sweep(set, k, random);
    replicas.move_clusters(random);
    replicas.exchange(t, random);
    for (std::size_t k = 0; k < 5; ++k) {
      const double e = replicas.at(0, k).energy();
      sum[k] += e / steps;
      squares[k] += e * e / steps;
    }
  }
  for (std::size_t k = 0; k < 5; ++k) {
    // Samples of neighbouring steps are correlated: six standard deviations as if one in ten were independent.
    const double deviation = std::sqrt(std::max(0.0, squares[k] - sum[k] * sum[k]) * 10 / steps);
    BOOST_TEST(std::abs(sum[k] - testing::boltzmann_energy(problem, replicas.ladder().beta(k))) < 6 * deviation + 1e-9);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(agrees_with_enumeration) {
  testing::agrees_with_enumeration(machine(8), 500, 1, 60);
  testing::agrees_with_enumeration(machine(6, ClusterChoice::on), 100, 1, 60, 14);
}

BOOST_AUTO_TEST_CASE(agrees_with_enumeration_on_groups) {
  for (const bool swaps : {false, true})
    testing::agrees_with_enumeration_on_groups(
        [&](const IsingProblem& p) { return machine(6, ClusterChoice::automatic, swaps).program(p); }, 200, 1, 60);
}

BOOST_AUTO_TEST_CASE(averages_at_each_temperature_are_those_of_boltzmann) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Words words(seed);
    const IsingProblem problem = testing::random_ising(words, 10, 30, static_cast<Coefficients>(seed % 3));
    averages_are_exact(problem, {});
    averages_are_exact(problem, {.clusters = true});
    IsingProblem grouped = testing::random_ising(words, 10, 80, Coefficients::real);
    grouped.groups = {{0, 4, 7}, {1, 2, 9}};
    averages_are_exact(grouped, {});
    averages_are_exact(grouped, {.group_swaps = true});
  }
}

BOOST_AUTO_TEST_CASE(cluster_moves_keep_the_sum_of_energies_and_flip_something) {
  int partial = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Words words(seed);
    const IsingProblem problem = testing::random_ising(words, 30, 10, static_cast<Coefficients>(seed % 3));
    const auto a = make_thermal_state(problem), b = a->clone();
    QuickRandom random(seed, 0, 0);
    a->set(random_state(problem, random));
    b->set(random_state(problem, random));
    const double sum = a->energy() + b->energy();
    const Spins before = a->spins();
    const double share = ClusterMoves(problem).move(*a, *b, random);
    BOOST_TEST(std::abs(a->energy() + b->energy() - sum) < 1e-9);
    BOOST_TEST(std::abs(a->energy() - ising::energy(problem, a->spins())) < 1e-9);
    BOOST_TEST(std::abs(b->energy() - ising::energy(problem, b->spins())) < 1e-9);
    BOOST_TEST((a->spins() != before) == (share < 1));
    partial += share < 1 ? 1 : 0;
  }
  BOOST_TEST(partial > 25);
}

BOOST_AUTO_TEST_CASE(the_ladder_evens_out_refusals) {
  Ladder ladder(10, 0.1, 5);
  BOOST_TEST(std::abs(ladder.beta(0) - 0.1) < 1e-12);
  BOOST_TEST(std::abs(ladder.beta(2) - 1) < 1e-12);
  BOOST_TEST(std::abs(ladder.beta(4) - 10) < 1e-9);
  // All refusals between the last two: the inner temperatures go there.
  for (std::size_t k = 0; k < 4; ++k) ladder.record(k, k == 3 ? 0.8 : 0.0);
  BOOST_TEST(ladder.refusal(3) == 0.8);
  ladder.adapt();
  BOOST_TEST(std::abs(ladder.beta(0) - 0.1) < 1e-12);
  BOOST_TEST(std::abs(ladder.beta(4) - 10) < 1e-9);
  for (std::size_t k = 0; k < 4; ++k) BOOST_TEST(ladder.beta(k) < ladder.beta(k + 1));
  BOOST_TEST(ladder.beta(1) > 3);
  BOOST_TEST(ladder.refusal(3) == 0);
}

BOOST_AUTO_TEST_CASE(reads_depend_on_their_index_alone) {
  Words words(3);
  testing::reads_depend_on_their_index_alone(machine(5, ClusterChoice::on),
                                             testing::random_ising(words, 40, 10, Coefficients::real), 40);
  IsingProblem problem = testing::random_ising(words, 40, 60, Coefficients::small_integers);
  problem.groups = {{0, 1, 2, 3}, {10, 11, 12, 13}, {20, 30, 31, 32, 33}};
  testing::reads_depend_on_their_index_alone(machine(5, ClusterChoice::automatic, true), problem, 40);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused) {
  Words words(2);
  IsingProblem problem = testing::random_ising(words, 8, 60, Coefficients::real);
  problem.groups = {{0, 1, 2}};
  BOOST_CHECK_THROW((void)machine(4, ClusterChoice::on).program(problem), InputError);
  problem.groups = {{}};
  BOOST_CHECK_THROW((void)machine(4).program(problem), InputError);
  TemperingConfig config;
  config.hot_temperature = 0.1;
  config.cold_temperature = 1;
  problem.groups.clear();
  BOOST_CHECK_THROW((void)Tempering(config, {}).program(problem), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
