#pragma once

#include <vector>

namespace isinglass::filters {

/// One condition of a unit: the bit of a filter's map at the unit's position moved by (dy, dx), row and column clamped
/// to the map.
struct Literal {
  int filter = 0, dy = 0, dx = 0;
  bool negated = false;
  bool widened = false;  ///< true where any of the 3x3 bits around is 1; negation comes after
  bool operator==(const Literal&) const = default;
};

/// A conjunction: true where all literals are.
struct Unit {
  std::vector<Literal> literals;
  bool operator==(const Unit&) const = default;
};

inline constexpr int largest_literals = 8;  ///< of a unit

}  // namespace isinglass::filters
