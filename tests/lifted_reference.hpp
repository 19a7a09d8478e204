#pragma once

#include "namespaces.hpp"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

/// QCGD as section 4 of docs/theory.md states it, on problems small enough that the oracle tries every atom.
namespace isinglass::testing {

/// All atoms x of a problem: objective f(x) and images P_c(x).
struct Atoms {
  std::size_t constraints = 0;
  std::vector<double> objective;  ///< [atom]
  std::vector<double> images;     ///< [atom][constraint], >= 0

  [[nodiscard]] std::span<const double> image(std::size_t x) const {
    return std::span(images).subspan(x * constraints, constraints);
  }
  [[nodiscard]] double energy(std::size_t x, std::span<const double> multipliers) const {
    double sum = objective[x];
    for (std::size_t c = 0; c < constraints; ++c) sum += multipliers[c] * image(x)[c];
    return sum;
  }
  [[nodiscard]] bool feasible(std::size_t x) const {
    return std::all_of(image(x).begin(), image(x).end(), [](double p) { return p == 0; });
  }
  /// The least objective of a feasible atom, which is the minimum of the lifted problem.
  [[nodiscard]] double optimum() const {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t x = 0; x < objective.size(); ++x)
      if (feasible(x)) best = std::min(best, objective[x]);
    return best;
  }
  [[nodiscard]] std::size_t minimiser(std::span<const double> multipliers) const {
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t x = 0; x < objective.size(); ++x) {
      const double here = energy(x, multipliers);
      if (here < least) {
        least = here;
        best = x;
      }
    }
    return best;
  }
};

inline double norm(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return std::sqrt(sum);
}

/// State after an iteration, and what the oracle's answer cost.
struct ReferenceStep {
  double objective = 0;         ///< <Q, X>
  double lagrangian = 0;        ///< <Q, X> + y v + beta_t ||v||^2 / 2, with y after its step
  double violation = 0;         ///< ||v||
  double multiplier_norm = 0;   ///< ||y||
  double oracle_error = 0;      ///< energy of the answer above the minimum
  double multipliers_norm = 0;  ///< ||mu|| of the call
};

/// Answers a call: an atom, given the call's number from 1 and its multipliers mu.
using ReferenceOracle = std::function<std::size_t(int, std::span<const double>)>;

struct ReferenceSettings {
  int iterations = 1;
  double beta0 = 1, initial_multiplier = 0, multiplier_cap = 1e6;
};

/// One entry an iteration. `diameter` is D of the step size of y.
inline std::vector<ReferenceStep> reference_qcgd(const Atoms& atoms, double diameter, const ReferenceSettings& settings,
                                                 const ReferenceOracle& oracle) {
  std::vector<double> y(atoms.constraints, settings.initial_multiplier), v(atoms.constraints), mu(atoms.constraints);
  double objective = 0;
  std::vector<ReferenceStep> steps;
  for (int t = 1; t <= settings.iterations; ++t) {
    const double beta = settings.beta0 * std::sqrt(t + 1.0), eta = 2 / (t + 1.0);
    for (std::size_t c = 0; c < mu.size(); ++c) mu[c] = y[c] + beta * v[c];
    const std::size_t x = oracle(t, mu);
    ReferenceStep step;
    step.oracle_error = atoms.energy(x, mu) - atoms.energy(atoms.minimiser(mu), mu);
    step.multipliers_norm = norm(mu);
    objective += eta * (atoms.objective[x] - objective);
    for (std::size_t c = 0; c < v.size(); ++c) v[c] += eta * (atoms.image(x)[c] - v[c]);
    const double square = norm(v) * norm(v);
    double sigma = settings.beta0;
    if (square > 0) sigma = std::min(sigma, beta * eta * eta * diameter * diameter / square);
    std::vector<double> moved(y);
    for (std::size_t c = 0; c < y.size(); ++c) moved[c] += sigma * v[c];
    if (norm(moved) <= settings.multiplier_cap) y = moved;
    step.objective = step.lagrangian = objective;
    for (std::size_t c = 0; c < v.size(); ++c) step.lagrangian += (y[c] + 0.5 * beta * v[c]) * v[c];
    step.violation = norm(v);
    step.multiplier_norm = norm(y);
    steps.push_back(step);
  }
  return steps;
}

}  // namespace isinglass::testing
