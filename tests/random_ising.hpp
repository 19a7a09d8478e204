#pragma once

#include "ising/problem.hpp"
#include "namespaces.hpp"
#include "random_problem.hpp"

#include <cstddef>

/// Small random Ising problems for tests that compare machines with enumeration or with plain references.
namespace isinglass::testing {

/// x_i of a spin: 0 or 1.
inline int binary_of(std::int8_t spin) { return spin > 0 ? 1 : 0; }

/// Which coefficients a random problem has.
enum class Coefficients { plus_minus_one, small_integers, real };

inline double random_coefficient(Words& words, Coefficients kind) {
  switch (kind) {
    case Coefficients::plus_minus_one:
      return words.between(0, 1) == 0 ? -1 : 1;
    case Coefficients::small_integers:
      return words.between(-7, 7);
    case Coefficients::real:
      break;
  }
  return 2 * uniform(words.next()) - 1;
}

/// Each pair is coupled with probability density_percent / 100; half of the problems have fields.
inline IsingProblem random_ising(Words& words, std::size_t spins, int density_percent, Coefficients kind) {
  std::vector<Coupling> pairs;
  for (std::size_t i = 0; i < spins; ++i)
    for (std::size_t j = i + 1; j < spins; ++j)
      if (words.between(1, 100) <= density_percent)
        pairs.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), random_coefficient(words, kind)});
  IsingProblem problem;
  problem.spins = spins;
  problem.couplings = sparse_couplings(spins, pairs);
  problem.fields.assign(spins, 0.0);
  if (words.between(0, 1) == 1)
    for (double& h : problem.fields) h = random_coefficient(words, kind);
  problem.offset = words.between(-3, 3);
  return problem;
}

inline Spins random_spins(Words& words, std::size_t spins) {
  Spins s(spins);
  for (auto& v : s) v = words.between(0, 1) == 0 ? std::int8_t{-1} : std::int8_t{1};
  return s;
}

}  // namespace isinglass::testing
