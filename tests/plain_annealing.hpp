#pragma once

#include "ising/problem.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

/// Simulated annealing as a textbook has it: the reference of the fast kernels.
namespace isinglass::testing {

/// One replica, one spin after another, a fresh random number and exp for each proposal.
class PlainAnnealing {
public:
  PlainAnnealing(const IsingProblem& problem, std::uint64_t seed)
      : dense_(to_dense(problem)),
        words_(seed),
        problem_(problem),
        spins_(random_spins(words_, problem.spins)),
        fields_(local_fields(problem, spins_)),
        energy_(ising::energy(problem, spins_)),
        best_(energy_),
        best_spins_(spins_) {}

  void sweep(double temperature) {
    for (std::size_t i = 0; i < spins_.size(); ++i) {
      const double change = -2 * spins_[i] * fields_[i];
      if (change <= 0 || uniform(words_.next()) < std::exp(-change / temperature)) flip(i, change);
    }
    keep_best();
  }

  /// The least energy of the trajectory, after descent from its end and from its best state.
  [[nodiscard]] double finished() {
    descend();
    spins_ = best_spins_;
    fields_ = local_fields(problem_, spins_);
    energy_ = best_;
    descend();
    return best_;
  }

private:
  void flip(std::size_t i, double change) {
    spins_[i] = static_cast<std::int8_t>(-spins_[i]);
    energy_ += change;
    for (std::size_t k = 0; k < spins_.size(); ++k) fields_[k] += 2 * dense_(i, k) * spins_[i];
  }

  void descend() {
    for (bool any = true; any;) {
      any = false;
      for (std::size_t i = 0; i < spins_.size(); ++i) {
        const double change = -2 * spins_[i] * fields_[i];
        if (change >= -1e-9) continue;
        flip(i, change);
        any = true;
      }
      keep_best();
    }
  }

  void keep_best() {
    if (energy_ >= best_) return;
    best_ = energy_;
    best_spins_ = spins_;
  }

  DenseCouplings dense_;
  Words words_;
  IsingProblem problem_;
  Spins spins_;
  std::vector<double> fields_;
  double energy_, best_;
  Spins best_spins_;
};

/// Mean of numbers and the standard error of it.
struct Mean {
  double value = 0, error = 0;
};

inline Mean mean_of(std::span<const double> numbers) {
  const auto n = static_cast<double>(numbers.size());
  double sum = 0, squares = 0;
  for (const double x : numbers) sum += x;
  for (const double x : numbers) squares += (x - sum / n) * (x - sum / n);
  return {sum / n, std::sqrt(squares / (n - 1) / n)};
}

}  // namespace isinglass::testing
