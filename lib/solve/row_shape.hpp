#pragma once

#include "formats/binary_program.hpp"

#include <cstdint>
#include <optional>
#include <vector>

/// Shapes that a linear row of binary variables can be reduced to before it becomes a penalty.
namespace isinglass::solve {

/// A variable or its complement 1 - x.
struct Literal {
  std::int64_t variable = 0;
  bool is_negated = false;
};

/// sum of coefficient x - lower = step * slack, 0 <= slack <= range: lower and upper on the grid of what the sum can
/// be.
struct RowShape {
  enum class Kind {
    redundant,   ///< holds for every x
    infeasible,  ///< holds for no x
    clique,      ///< at most one of the literals is 1: no slack needed
    one_hot,     ///< exactly one of the variables is 1
    general      ///< an equation with `range` steps of slack
  };
  Kind kind = Kind::general;
  std::vector<Literal> literals;  ///< of clique
  double lower = 0, step = 1;
  std::int64_t range = 0;
  bool is_exact = true;  ///< every value of the sum in the interval is lower plus a number of steps
};

/// Slack steps of rows whose coefficients lie on no grid of up to six decimals: their penalty is then inexact, never
/// the check of the row itself.
inline constexpr std::int64_t coarse_steps = 1023;

[[nodiscard]] RowShape shape_of(const formats::LinearRow& row);

/// 1, 2, 4, ..., and a last one with which the sum of all is `range`; empty for 0.
[[nodiscard]] std::vector<std::int64_t> slack_weights(std::int64_t range);

}  // namespace isinglass::solve
