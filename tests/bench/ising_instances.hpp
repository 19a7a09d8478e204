#pragma once

#include "ising/problem.hpp"
#include "namespaces.hpp"
#include "random_problem.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

/// Ising problems to measure with: made at random, so that no file is needed, or read from one.
namespace isinglass::testing {

/// Maximum cut of a graph: J = w / 2, E is minus the cut.
inline IsingProblem maximum_cut(std::size_t spins, std::vector<Coupling> edges) {
  IsingProblem problem{spins, {}, std::vector<double>(spins), 0};
  for (Coupling& edge : edges) {
    edge.value /= 2;
    problem.offset -= edge.value;
  }
  problem.couplings = sparse_couplings(spins, edges);
  return problem;
}

/// A graph of `count` different random edges, weights 1 or +-1: G22 is one of 2,000 spins and 19,990 edges of weight 1.
inline IsingProblem random_graph(std::size_t spins, std::size_t count, bool with_signs) {
  Words words(1);
  std::vector<bool> used(spins * spins);
  std::vector<Coupling> edges;
  while (edges.size() < count) {
    const int i = words.between(0, static_cast<int>(spins) - 1), k = words.between(0, static_cast<int>(spins) - 1);
    const std::size_t place =
        static_cast<std::size_t>(std::min(i, k)) * spins + static_cast<std::size_t>(std::max(i, k));
    if (i == k || used[place]) continue;
    used[place] = true;
    edges.push_back({i, k, with_signs && words.between(0, 1) == 0 ? -1.0 : 1.0});
  }
  return maximum_cut(spins, edges);
}

/// A graph in rudy format: `n m`, then `i j w`, spins from 1.
inline IsingProblem rudy_file(const std::string& name) {
  std::ifstream file(name);
  std::size_t spins = 0, count = 0;
  file >> spins >> count;
  std::vector<Coupling> edges(count);
  for (Coupling& edge : edges) {
    file >> edge.i >> edge.j >> edge.value;
    --edge.i;
    --edge.j;
  }
  if (!file) throw std::runtime_error(name + " is no graph in rudy format");
  return maximum_cut(spins, edges);
}

enum class MatrixValues { plus_minus_one, bytes, real };

/// All pairs coupled at random.
inline IsingProblem random_matrix(std::size_t spins, MatrixValues values) {
  Words words(2);
  DenseCouplings dense = DenseCouplings::Zero(spins, spins);
  for (std::size_t i = 0; i < spins; ++i)
    for (std::size_t k = 0; k < i; ++k) {
      double v = words.between(0, 1) == 0 ? -1 : 1;
      if (values == MatrixValues::bytes) v = words.between(-50, 50);
      if (values == MatrixValues::real) v = 2 * uniform(words.next()) - 1;
      dense(i, k) = dense(k, i) = v;
    }
  return {spins, dense, std::vector<double>(spins), 0};
}

/// The same pattern, with weights that have no common unit.
inline IsingProblem with_real_weights(IsingProblem problem) {
  auto& sparse = std::get<SparseCouplings>(problem.couplings);
  for (std::size_t i = 0; i < problem.spins; ++i)
    for (SparseCouplings::InnerIterator k(sparse, i); k; ++k)
      k.valueRef() *= 1 + 0.1 * std::sin(static_cast<double>(i) * static_cast<double>(k.col()));
  return problem;
}

}  // namespace isinglass::testing
