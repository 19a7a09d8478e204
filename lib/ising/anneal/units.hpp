#pragma once

#include "ising/problem.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass {

/// What the coefficients of a problem are, as far as it decides which kernel takes them. The couplings are looked through once;
/// new fields cost O(spins).
class CoefficientUnits {
public:
  /// Of a problem with sparse or dense couplings.
  explicit CoefficientUnits(const IsingProblem& problem);

  /// The largest number of which all couplings and fields h are multiples, to a relative error of 1e-9; 0: there is none that
  /// is worth while. 1 if all are 0.
  [[nodiscard]] double unit(std::span<const double> fields) const;
  /// max_i |h_i| + sum_j |J_ij|: no local field is larger.
  [[nodiscard]] double largest_field(std::span<const double> fields) const;
  [[nodiscard]] double largest_coupling() const { return largest_; }

private:
  void inspect(std::span<const double> values);

  double largest_ = 0, unit_ = 0;  // unit_: of the couplings alone; 0 without couplings
  bool has_unit_ = true;
  std::vector<double> row_sum_;  // of |J|, [spins]
};

}  // namespace isinglass
