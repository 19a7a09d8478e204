#include "ising/qubo.hpp"

#include "base/error.hpp"

#include <limits>

#include <fmt/format.h>

namespace isinglass::ising {

IsingProblem from_qubo(std::size_t variables, std::span<const BinaryTerm> terms, double constant,
                       const std::function<void()>& look) {
  if (variables > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    throw InputError(fmt::format("{} variables: more than an Ising problem can hold ({})", variables,
                                 std::numeric_limits<std::int32_t>::max()));
  IsingProblem problem;
  problem.spins = variables;
  problem.fields.assign(variables, 0.0);
  problem.offset = constant;
  std::vector<Coupling> pairs;
  pairs.reserve(terms.size());
  for (const BinaryTerm& term : terms) {
    const auto i = static_cast<std::size_t>(term.i), j = static_cast<std::size_t>(term.j);
    if (term.i < 0 || term.j < 0 || i >= variables || j >= variables)
      throw InputError(fmt::format("QUBO: term ({}, {}) is outside of {} variables", term.i, term.j, variables));
    if (i == j) {  // x = (1 + s) / 2
      problem.fields[i] += term.value / 2;
      problem.offset += term.value / 2;
      continue;
    }
    pairs.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), term.value / 4});
    problem.fields[i] += term.value / 4;
    problem.fields[j] += term.value / 4;
    problem.offset += term.value / 4;
  }
  problem.couplings = sparse_couplings(variables, pairs, look);
  return problem;
}

}  // namespace isinglass::ising
