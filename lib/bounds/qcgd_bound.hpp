#pragma once

#include "bounds/lifted_constants.hpp"

#include <vector>

/// Convergence of QCGD on the lifted problem, docs/theory.md section 4.
namespace isinglass::bounds {

/// The method and its oracle. Errors are differences of the oracle's energy <Q + sum_c mu_c P_c, x x^T>.
struct QcgdBoundSettings {
  int iterations = 1;
  double beta0 = 0.02;
  double initial_multiplier = 0;  ///< y of every constraint at the start, >= 0
  double multiplier_cap = 1e6;
  double oracle_error = 0;      ///< expected excess of the energy over its minimum, given what went before
  double oracle_deviation = 0;  ///< standard deviation of that excess
  int coefficient_bits = 0;     ///< signed bits that coefficients are rounded to; 0: exact
  double failure = 0.05;        ///< probability that the bound of an iteration does not hold, when there is a deviation
};

/// After iteration t: -||y*|| infeasibility <= <Q, X> - f* <= gap, and ||v|| <= infeasibility.
struct QcgdBound {
  double gap = 0;              ///< formula (18), summed exactly, with (24) to (26)
  double infeasibility = 0;    ///< formula (21)
  double rounding_error = 0;   ///< energy that rounding the coefficients of call t may cost, formulas (25) and (26)
  double multiplier_norm = 0;  ///< bound on ||y||, formula (27)
};

/// One entry an iteration, t = 1 first.
[[nodiscard]] std::vector<QcgdBound> bound_qcgd(const LiftedConstants& constants, const QcgdBoundSettings& settings);

/// The last of them, without the memory of the others. Throws Interrupted if a stop signal comes.
[[nodiscard]] QcgdBound last_qcgd_bound(const LiftedConstants& constants, const QcgdBoundSettings& settings);

/// Formula (28): iterations after which formula (19) is at most `gap` with an oracle of error `oracle_error`; infinity
/// if that is not below `gap`.
[[nodiscard]] double iterations_for_gap(const LiftedConstants& constants, double beta0, double oracle_error,
                                        double gap);

/// Formula (29): reads of each of `calls` oracle calls so that all calls succeed with probability >= 1 - failure. The
/// exact form R = ceil(ln(1 - (1 - failure)^(1/calls)) / ln(1 - p)) is at most the union bound's ceil(ln(failure /
/// calls) / ln(1 - p)), which is what this returns.
[[nodiscard]] double reads_per_call(double success, double calls, double failure);

/// Formula (30): probability that each of `calls` calls has a good one among its `reads` reads.
[[nodiscard]] double run_success(double success, double calls, double reads);

/// Formula (31): how long runs of `run` (seconds, or reads) that succeed with probability P are repeated until one of
/// them has succeeded with probability 0.99: run ln(0.01) / ln(1 - P); one run if P >= 0.99; infinity if P = 0.
[[nodiscard]] double tts99(double run, double success);

}  // namespace isinglass::bounds
