#pragma once

#include "base/random.hpp"
#include "ising/dynamics/products.hpp"
#include "namespaces.hpp"
#include "random_words.hpp"

#include <cstddef>

/// Random couplings of every form, and batches of the machines that move all spins at once.
namespace isinglass::testing {

inline FactoredCouplings random_factors(Words& words, std::size_t rows, std::size_t spins) {
  FactoredCouplings factored{RowMatrix<float>(rows, spins), Eigen::VectorXd(rows)};
  for (std::size_t r = 0; r < rows; ++r) {
    factored.weight[r] = words.between(-2, 2);
    for (std::size_t i = 0; i < spins; ++i) factored.factor(r, i) = static_cast<float>(words.between(-3, 3));
  }
  return factored;
}

/// The dense problem as one that only multiplies.
inline IsingProblem matrix_free(const IsingProblem& problem) {
  IsingProblem free = problem;
  free.couplings = MatrixFreeCouplings{[j = to_dense(problem), n = problem.spins](auto x, auto out, std::size_t batch) {
    for (std::size_t b = 0; b < batch; ++b)
      for (std::size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::size_t k = 0; k < n; ++k) sum += j(i, k) * static_cast<double>(x[b * n + k]);
        out[b * n + i] = static_cast<float>(sum);
      }
  }};
  return free;
}

/// x with a few zeros and negative zeros, for the edges of signs.
inline ising::dynamics::Floats random_batch(Words& words, std::size_t spins, std::size_t lanes) {
  ising::dynamics::Floats x(ising::dynamics::padded(spins) * lanes);
  for (std::size_t k = 0; k < spins * lanes; ++k)
    x[k] = words.between(0, 20) == 0 ? 0.0F : static_cast<float>(2 * uniform(words.next()) - 1);
  return x;
}

inline ising::dynamics::Floats signs_of(const ising::dynamics::Floats& x) {
  ising::dynamics::Floats s(x.size());
  for (std::size_t k = 0; k < s.size(); ++k) s[k] = x[k] >= 0 ? 1.0F : -1.0F;
  return s;
}

}  // namespace isinglass::testing
