#pragma once

#include "bounds/qcgd_bound.hpp"
#include "lifted_reference.hpp"
#include "namespaces.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

/// Runs of the reference QCGD against their bounds.
namespace isinglass::testing {

/// Of the floating-point sums that are compared.
inline constexpr double rounding = 1e-9;

/// Every iteration of `steps` within `bounds`; returns the largest measured gap of the augmented Lagrangian, which is
/// what the proof bounds, as a fraction of its bound.
inline double check_bounds(const Atoms& atoms, const LiftedConstants& constants,
                           const std::vector<ReferenceStep>& steps, const std::vector<QcgdBound>& bounds) {
  const double optimum = atoms.optimum();
  BOOST_REQUIRE(std::isfinite(optimum));
  BOOST_REQUIRE(steps.size() == bounds.size());
  std::size_t broken = 0;
  double closest = 0;
  for (std::size_t t = 0; t < steps.size(); ++t) {
    const double gap = steps[t].objective - optimum;
    const double lagrangian_gap = steps[t].lagrangian - optimum;
    const bool good = gap <= lagrangian_gap + rounding && lagrangian_gap <= bounds[t].gap + rounding &&
                      steps[t].violation <= bounds[t].infeasibility + rounding &&
                      gap >= -constants.dual_norm * steps[t].violation - rounding &&
                      steps[t].multiplier_norm <= bounds[t].multiplier_norm + rounding;
    broken += good ? 0 : 1;
    closest = std::max(closest, lagrangian_gap / bounds[t].gap);
  }
  BOOST_TEST(broken == 0U);
  return closest;
}

/// What the bound is told of a run of these settings.
inline QcgdBoundSettings bound_settings(const ReferenceSettings& settings) {
  QcgdBoundSettings same;
  same.iterations = settings.iterations;
  same.beta0 = settings.beta0;
  same.initial_multiplier = settings.initial_multiplier;
  same.multiplier_cap = settings.multiplier_cap;
  return same;
}

/// The multiple of `step` nearest to the value.
inline double to_grid(double value, double step) { return step > 0 ? step * std::round(value / step) : value; }

}  // namespace isinglass::testing
