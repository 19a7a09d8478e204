#pragma once

#include <array>
#include <span>

namespace isinglass::spline {

/// A polynomial c[0] + c[1] t + c[2] t^2 and the largest distance of the samples from it.
struct MinimaxFit {
  std::array<double, 3> coefficients{};
  double error = 0;
};

/// The polynomial of `degree` 0, 1 or 2 that is nearest to the samples (t[i], y[i]) in the sup norm; t ascending, more
/// samples than coefficients. The exchange algorithm of E. Remez on a finite set (Powell, Approximation Theory and
/// Methods, chapter 8): the error on a reference of degree + 2 samples alternates in sign and grows with each exchange
/// until no sample is further away. Degree 0 is the midrange.
[[nodiscard]] MinimaxFit fit_minimax(std::span<const double> t, std::span<const double> y, int degree);

/// p(t) of `coefficients`.
[[nodiscard]] constexpr double polynomial(const std::array<double, 3>& coefficients, double t) {
  return coefficients[0] + t * (coefficients[1] + t * coefficients[2]);
}

}  // namespace isinglass::spline
