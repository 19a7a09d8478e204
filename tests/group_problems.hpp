#pragma once

#include "ising/groups/fold.hpp"
#include "machine_checks.hpp"
#include "namespaces.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

/// Random problems with one-hot groups, for tests of the machines that keep them.
namespace isinglass::testing {

/// Up to `most_spins` spins of which some are in groups of 1 to 5, in shuffled order.
inline IsingProblem random_grouped(Words& words, int most_spins, Coefficients kind) {
  const auto spins = static_cast<std::size_t>(words.between(3, most_spins));
  IsingProblem problem = random_ising(words, spins, words.one_of<int>({40, 100}), kind);
  std::vector<std::int32_t> order(spins);
  for (std::size_t i = 0; i < spins; ++i) order[i] = static_cast<std::int32_t>(i);
  for (std::size_t i = spins; i > 1; --i)
    std::swap(order[i - 1], order[static_cast<std::size_t>(words.between(0, static_cast<int>(i) - 1))]);
  std::size_t at = 0;
  while (at < spins && words.between(0, 4) > 0) {
    const std::size_t size = std::min(spins - at, static_cast<std::size_t>(words.between(1, 5)));
    problem.groups.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(at),
                                order.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
  }
  return problem;
}

/// The best of `reads` reads is the proven minimum among the states that keep the groups, and all reads keep them.
inline void agrees_with_enumeration_on_groups(
    const std::function<std::unique_ptr<ProgrammedMachine>(const IsingProblem&)>& program, int problems,
    std::int64_t reads, std::int64_t sweeps, int most_spins = 18) {
  for (int p = 0; p < problems; ++p) {
    Words words(1000 + static_cast<std::uint64_t>(p));
    const IsingProblem problem = random_grouped(words, most_spins, static_cast<Coefficients>(p % 3));
    ReadRequest request;
    request.count = reads;
    request.sweeps = sweeps;
    const ReadSet set = program(problem)->read(request);
    BOOST_REQUIRE(static_cast<std::int64_t>(set.reads.size()) == reads);
    check_reads(problem, set, true);
    const double minimum = Enumeration().program(problem)->read({}).best()->energy;
    BOOST_TEST_CONTEXT("problem " << p)
    BOOST_TEST(std::abs(set.best()->energy - minimum) < 1e-9 * (1 + std::abs(minimum)));
  }
}

/// Probability of every state that keeps the groups at temperature 1 / beta, indexed by the bits of its spins.
inline std::vector<double> boltzmann_weights(const IsingProblem& problem, double beta) {
  std::vector<double> weight(std::size_t{1} << problem.spins);
  double total = 0;
  for (std::size_t state = 0; state < weight.size(); ++state) {
    Spins s(problem.spins);
    for (std::size_t i = 0; i < s.size(); ++i) s[i] = ((state >> i) & 1U) != 0 ? 1 : -1;
    if (keeps_groups(problem, s)) weight[state] = std::exp(-beta * ising::energy(problem, s));
    total += weight[state];
  }
  for (double& w : weight) w /= total;
  return weight;
}

/// Mean energy under boltzmann_weights.
inline double boltzmann_energy(const IsingProblem& problem, double beta) {
  const std::vector<double> weight = boltzmann_weights(problem, beta);
  double sum = 0;
  for (std::size_t state = 0; state < weight.size(); ++state) {
    Spins s(problem.spins);
    for (std::size_t i = 0; i < s.size(); ++i) s[i] = ((state >> i) & 1U) != 0 ? 1 : -1;
    if (weight[state] > 0) sum += weight[state] * ising::energy(problem, s);
  }
  return sum;
}

}  // namespace isinglass::testing
