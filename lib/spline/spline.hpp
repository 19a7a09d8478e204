#pragma once

#include "config/choices.hpp"

#include <array>
#include <functional>
#include <vector>

namespace isinglass::spline {

/// Pieces and knots of a spline that is to be made.
struct SplineShape {
  int degree = 0;    ///< of each piece: 0, 1 or 2
  int segments = 2;  ///< pieces; with equalized knots at most so many
  config::Knots knots = config::Knots::uniform;
  double low = -2, high = 2;  ///< the interval that the pieces cover
};

/// A piecewise polynomial that need not be continuous.
struct Spline {
  std::vector<double> knots;                        ///< [pieces + 1], ascending, from low to high
  std::vector<std::array<double, 3>> coefficients;  ///< [piece], of powers of u - knots[piece]
  std::vector<double> errors;                       ///< [piece], largest |f - piece| on a dense grid
  double sup_error = 0;                             ///< the largest of `errors`
  double error_bound = 0;                           ///< what theory promises: at least sup_error

  [[nodiscard]] int pieces() const { return static_cast<int>(coefficients.size()); }
  /// Value at u; outside of the knots that of the nearest end.
  [[nodiscard]] double at(double u) const;
};

/// The best spline of f in the sup norm: each piece is the polynomial of least largest error, which for degree 0 is the
/// midrange (min + max) / 2, also where f is not monotone. Errors are measured on 513 samples per piece, its ends
/// included.
///
/// Equalized knots: the least error that `segments` pieces can have, by bisection on the error, each piece as long as
/// it may be. Where fewer pieces reach it (a ReLU has two of degree 1, exactly), there are fewer.
///
/// error_bound is the largest over the pieces of the least bound among the degrees j <= d of the piece, h its length:
///   h^{j+1} max|f^{(j+1)}| / (2^{2j+1} (j+1)!)   interpolation in Chebyshev points (e.g. Trefethen, Approximation
///   Theory and
///                                               Approximation Practice, ch. 8), so for the best polynomial too; j = 0:
///                                               h max|f'| / 2
///   h (max f' - min f') / 4                     d >= 1: f minus the line of the middle slope changes by at most half
///   of it
/// with derivatives from difference quotients on 129 samples of the piece. The first line needs j continuous
/// derivatives, the last one bounded; at a kink (relu, hard_tanh, a table) difference quotients of higher order explode
/// and a lower one bounds. It does not hold for a jump inside a piece (sign).
///
/// InputError for a degree outside 0 .. 2, fewer than one segment, or low >= high.
[[nodiscard]] Spline make_spline(const std::function<double(double)>& f, const SplineShape& shape);

}  // namespace isinglass::spline
