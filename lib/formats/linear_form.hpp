#pragma once

#include "qcbo/problem.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// A problem as mathematical programs state it: each variable once in a row, each pair once in the objective.
namespace isinglass::formats {

using LinearForm = std::vector<std::pair<std::int64_t, std::int64_t>>;  ///< (variable, coefficient), ascending, none 0

/// A relation form (= or <=) rhs.
struct LinearConstraint {
  LinearForm form;
  std::int64_t rhs = 0;
  bool is_equation = true;
};

/// Ascending, equal variables merged, without zeros.
[[nodiscard]] LinearForm merged(LinearForm form);

/// Row `row` of the problem.
[[nodiscard]] LinearConstraint constraint_of(const qcbo::Rows& rows, std::size_t row);

/// u = w b of binary variables as u <= w, u <= b, w + b <= u + 1 (McCormick, Math. Programming 10, 1976): exact, also
/// for a continuous u in [0, 1].
[[nodiscard]] std::vector<LinearConstraint> product_constraints(const qcbo::Product& product);

/// The objective in integer units.
struct SplitObjective {
  LinearForm linear;
  std::vector<qcbo::Term> pairs;  ///< i < j, ascending, none 0
};
[[nodiscard]] SplitObjective split_objective(const qcbo::Qcbo& problem);

/// Name of every variable: name_of(). InputError if two have the same.
[[nodiscard]] std::vector<std::string> names_of(const qcbo::Qcbo& problem);

}  // namespace isinglass::formats
