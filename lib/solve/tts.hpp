#pragma once

#include <cstdint>
#include <limits>

/// Time to solution: how long until a run has found the target with 99 % probability.
namespace isinglass::solve {

/// A fraction of successes with its two-sided 95 % Wilson score interval (Wilson, J. Am. Stat. Assoc. 22, 1927).
struct Fraction {
  double value = 0, low = 0, high = 1;
};
[[nodiscard]] Fraction success_fraction(std::int64_t successes, std::int64_t runs);

/// Runs until one succeeds with 99 % probability: ln 0.01 / ln(1 - P); 1 for P >= 0.99, infinity for P = 0.
[[nodiscard]] double runs_to_99(double probability);

/// In units of the cost of one run. Without a success the value is a lower bound: that of the highest P of the
/// interval.
struct TimeToSolution {
  Fraction success;
  double runs = std::numeric_limits<double>::infinity();  ///< of `success.value`
  double runs_low = 1;                                    ///< of `success.high`
  double runs_high = std::numeric_limits<double>::infinity();
  bool is_lower_bound = false;  ///< no success: only runs_low is known

  /// runs, or runs_low where only that is known: infinity never wins a comparison of settings by chance.
  [[nodiscard]] double known_runs() const { return is_lower_bound ? runs_low : runs; }
};
[[nodiscard]] TimeToSolution time_to_solution(std::int64_t successes, std::int64_t runs);

}  // namespace isinglass::solve
