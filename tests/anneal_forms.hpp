#pragma once

#include "ising/anneal/annealing.hpp"
#include "namespaces.hpp"

#include <cstddef>

#include <boost/test/unit_test.hpp>

namespace isinglass::testing {

/// The same problem with its couplings in the form of a full matrix.
inline IsingProblem as_dense(IsingProblem problem) {
  problem.couplings = to_dense(problem);
  return problem;
}

/// Checks that both sets have the same reads, bit for bit.
inline void same_reads(const ReadSet& a, const ReadSet& b) {
  BOOST_REQUIRE(a.reads.size() == b.reads.size());
  for (std::size_t r = 0; r < a.reads.size(); ++r) {
    BOOST_TEST(a.reads[r].index == b.reads[r].index);
    BOOST_TEST(a.reads[r].spins == b.reads[r].spins);
    BOOST_TEST(a.reads[r].energy == b.reads[r].energy);
  }
}

}  // namespace isinglass::testing
