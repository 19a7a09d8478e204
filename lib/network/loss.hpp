#pragma once

#include "network/architecture.hpp"

#include <cstdint>
#include <vector>

namespace isinglass {

/// One piece of a loss on the integer grid of t = y z, y = +-1 the wanted sign of an output and z its value:
/// constant + linear (t - from) + quadratic (t - from)^2 for from <= t < the next piece's from.
struct LossPiece {
  int from = 0;
  std::int64_t constant = 0, linear = 0, quadratic = 0;
  bool operator==(const LossPiece&) const = default;
};

/// A network's loss of one output on the integers: exact for hinge, squared hinge and squared, a spline for the others.
struct LossSpline {
  std::vector<LossPiece> pieces;  ///< ascending; the first also holds below its `from`, the last to any t
  int margin = 1;                 ///< M, grid units of z
  double unit = 1;                ///< objective per integer unit, in units of one output step: loss(u) M / output_step
  double sup_error = 0;           ///< largest |loss(u) - spline| over t in [-limit, limit], in units of loss(u)

  [[nodiscard]] std::int64_t at(int t) const;
};

/// Loss of `architecture` with margin M for outputs in [-limit, limit], both in grid units of z. The pieces of a loss that is
/// not piecewise polynomial have knots within that interval. InputError if knots coincide on the grid.
[[nodiscard]] LossSpline make_loss_spline(const Architecture& architecture, int margin, int limit);

}  // namespace isinglass
