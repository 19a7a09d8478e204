#pragma once

#include "network/loss.hpp"

#include <vector>

namespace isinglass::network {

/// The function that is approximated, and the pieces to do it with.
struct LogisticGrid {
  int margin = 1, limit = 1;     ///< u = t / margin for the integers t in [-limit, limit]
  int segments = 8, degree = 1;  ///< at most so many pieces; degree 0, 1 or 2
};

/// Integer pieces p with p(t) / levels close to log2(1 + exp(-t / margin)).
struct LogisticSpline {
  std::vector<LossPiece> pieces;
  double levels = 1;     ///< integer units per unit of the loss, a power of two
  double sup_error = 0;  ///< over the integers in [-limit, limit], rounding to integers included
};

/// log2(1 + exp(-u)).
[[nodiscard]] double logistic_loss(double u);

/// The spline with about equal sup errors of its pieces, on the coarsest integers that add little to them. All values
/// are nonnegative, below 2^31, and nowhere rise; of degree 1 and 2 the pieces meet at their knots.
[[nodiscard]] LogisticSpline fit_logistic(const LogisticGrid& grid);

}  // namespace isinglass::network
