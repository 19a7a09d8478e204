#pragma once

#include "formats/text_lines.hpp"

#include <limits>
#include <string>

namespace isinglass {

/// Largest total of the magnitudes of an objective: no energy, twice a local field included, can overflow below it.
inline constexpr double largest_objective = std::numeric_limits<double>::max() / 256;
/// Largest total of what is squared on the way to a machine, as the rows of a constraint are.
inline constexpr double largest_squared = 1e120;

/// Adds up the magnitudes of coefficients as they are read, so that the line with which sums could overflow is known.
class Magnitude {
public:
  /// `largest` is the most that may be added up; values nearer to 0 than 1 / `largest`, but for 0, are refused as well.
  explicit Magnitude(double largest) : largest_(largest) {}

  /// Counts a value of the line that was read last. InputError "FILE:LINE: WHAT ..." if it is too much or too little.
  void add(const TextLines& lines, double value, std::string_view what);

private:
  double largest_, total_ = 0;
};

}  // namespace isinglass
