#pragma once

#include "ising/problem.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace isinglass {

/// Coefficients as whole multiples of one unit: J = unit * value, h = unit * field.
struct IntegerForm {
  double unit = 1;
  std::vector<std::int32_t> value;  ///< [couplings], in the order of SparseCouplings
  std::vector<std::int32_t> field;  ///< [spins]
  std::int64_t largest_sum = 0;     ///< largest |field_i| + sum_j |value_ij|: no local field is beyond it
};

/// The integer form of couplings and fields h, if they have a unit and no local field passes 2^30 units. A unit is accepted if
/// all coefficients are its multiples to a relative error of 1e-9.
[[nodiscard]] std::optional<IntegerForm> integer_form(const SparseCouplings& couplings, std::span<const double> fields);

/// Couplings and fields h rounded to the grid on which the largest local field has 30 bits.
[[nodiscard]] IntegerForm rounded_form(const SparseCouplings& couplings, std::span<const double> fields);

}  // namespace isinglass
