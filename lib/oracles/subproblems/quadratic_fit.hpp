#pragma once

#include "base/matrix.hpp"
#include "oracles/subproblems/unit_cost.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>

namespace isinglass {

/// f(d) ~ f(0) + slope d + curvature d^2 / 2.
struct Parabola {
  double slope = 0, curvature = 0;
};

/// Through (-left, low), (0, middle) and (right, high); a line where left or right is 0.
[[nodiscard]] Parabola parabola_through(int left, double low, double middle, int right, double high);

/// f_s(z + d) ~ f_s(z) + gradient_s d + curvature_s d^2 / 2 of every sample of one unit, in integers of the units named, so
/// that sums over samples are exact. Exact for a sample whose three points lie on one quadratic piece of its cost, up to
/// the rounding.
struct QuadraticFit {
  Eigen::VectorX<std::int32_t> gradient, curvature;  ///< [samples]; the curvature is at least 0
  double gradient_unit = 0, curvature_unit = 0;      ///< energy per unit, and per unit^2, of z
  int largest_gradient = 1, largest_curvature = 1;
};

/// The parabolas through f_s at z - window, z and z + window (points past +-limit are moved there): what the cost looks like
/// over shifts of that size, so that a sample close to the end of its interval resists although its slope is 0. Integers
/// up to `largest_gradient` and `largest_curvature`; the units are those of the group's largest value. Where the parabola
/// opens downwards (a change of segment lies within the window) the curvature is 0. Collective.
[[nodiscard]] QuadraticFit fit_quadratic(const UnitCost& cost, int window, int limit, int largest_gradient,
                                         int largest_curvature, const Communicator& group);

}  // namespace isinglass
