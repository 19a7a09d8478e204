#pragma once

#include "ising/problem.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace isinglass::ising {

/// value x_i x_j of binary variables; i == j is the linear term.
struct BinaryTerm {
  std::int64_t i = 0, j = 0;
  double value = 0;
};

/// A quadratic unconstrained binary problem: min constant + sum of value x_i x_j, i <= j, ascending, each pair once.
struct SparseQubo {
  struct Coupling {
    std::int64_t i = 0, j = 0;
    double value = 0;
  };
  std::int64_t variables = 0;
  std::vector<Coupling> couplings;
  double constant = 0;
  double multiplier = 0;  ///< that the rows were lifted with
};

/// min constant + sum of terms, as an Ising problem with x = (1 + s) / 2: the same values at the same points. Terms in
/// any order and either triangle; equal pairs are added. InputError if an index is out of range. `look` as of
/// sparse_couplings.
[[nodiscard]] IsingProblem from_qubo(
    std::size_t variables, std::span<const BinaryTerm> terms, double constant,
    const std::function<void()>& look = [] {});

}  // namespace isinglass::ising
