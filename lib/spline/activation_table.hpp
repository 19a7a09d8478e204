#pragma once

#include <string_view>
#include <vector>

namespace isinglass {

/// A piecewise-constant activation in real units: segment k is [knots[k-1], knots[k]) with value values[k].
struct ActivationTable {
  std::vector<double> knots;  ///< ascending, one fewer than values; units of the pre-activation rms
  std::vector<double> values;
  double sup_error = 0;  ///< largest |f - table| on [-range, range], away from jumps of f itself
};

/// Table of `name` (sign, tanh, hard_tanh, relu, sigmoid) with `segments` pieces whose inner knots are uniform on
/// [-range, range]; each value is the midrange of f on its piece, which is the best constant in the sup norm for
/// a monotone f. sign has two pieces whatever `segments` says. InputError for an unknown name or fewer than two.
[[nodiscard]] ActivationTable make_activation_table(std::string_view name, int segments, double range);

}  // namespace isinglass
