#pragma once

#include "ising/enumeration.hpp"
#include "ising/machine.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>

/// What every Ising machine must keep, checked on random small problems.
namespace isinglass::testing {

/// Energies are those of the spins, groups are kept by machines that say so.
inline void check_reads(const IsingProblem& problem, const ReadSet& set, bool with_groups) {
  for (const Read& read : set.reads) {
    BOOST_REQUIRE(read.spins.size() == problem.spins);
    BOOST_TEST(std::abs(read.energy - ising::energy(problem, read.spins)) < 1e-6 * (1 + std::abs(read.energy)));
    if (with_groups) BOOST_TEST(keeps_groups(problem, read.spins));
  }
}

/// On `problems` random problems of 2 to 20 spins, of all kinds of coefficients and densities, the best of `reads`
/// reads is the proven minimum.
inline void agrees_with_enumeration(const Machine& machine, int problems, std::int64_t reads, std::int64_t sweeps,
                                    int most_spins = 20) {
  for (int p = 0; p < problems; ++p) {
    Words words(static_cast<std::uint64_t>(p));
    const auto spins = static_cast<std::size_t>(words.between(2, most_spins));
    const auto kind = static_cast<Coefficients>(p % 3);
    const IsingProblem problem = random_ising(words, spins, words.one_of<int>({20, 50, 100}), kind);
    ReadRequest request;
    request.count = reads;
    request.sweeps = sweeps;
    const ReadSet set = machine.program(problem)->read(request);
    BOOST_REQUIRE(static_cast<std::int64_t>(set.reads.size()) == reads);
    check_reads(problem, set, false);
    const double minimum = Enumeration().program(problem)->read({}).best()->energy;
    BOOST_TEST_CONTEXT("problem " << p)
    BOOST_TEST(std::abs(set.best()->energy - minimum) < 1e-9 * (1 + std::abs(minimum)));
  }
}

/// Reads are the same whether they are asked for at once or block by block, and again: nothing but their index counts.
inline void reads_depend_on_their_index_alone(const Machine& machine, const IsingProblem& problem,
                                              std::int64_t sweeps) {
  ReadRequest request;
  request.count = 2 * machine.block() + 1;
  request.sweeps = sweeps;
  const ReadSet all = machine.program(problem)->read(request);
  const auto programmed = machine.program(problem);
  for (std::int64_t block = 2; block >= 0; --block) {
    ReadRequest part = request;
    part.first = block * machine.block();
    part.count = std::min(machine.block(), request.count - part.first);
    const ReadSet set = programmed->read(part);
    BOOST_REQUIRE(static_cast<std::int64_t>(set.reads.size()) == part.count);
    for (const Read& read : set.reads) {
      const Read& same = all.reads[static_cast<std::size_t>(read.index)];
      BOOST_TEST(read.index == same.index);
      BOOST_TEST(read.spins == same.spins);
      BOOST_TEST(read.energy == same.energy);
    }
  }
}

}  // namespace isinglass::testing
