#include "formats/linear_form.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

namespace isinglass::formats {

LinearForm merged(LinearForm form) {
  std::ranges::sort(form);
  LinearForm result;
  for (const auto& [variable, coefficient] : form) {
    if (result.empty() || result.back().first != variable)
      result.emplace_back(variable, coefficient);
    else
      result.back().second += coefficient;
  }
  std::erase_if(result, [](const auto& entry) { return entry.second == 0; });
  return result;
}

LinearConstraint constraint_of(const qcbo::Rows& rows, std::size_t row) {
  LinearForm form;
  for (auto e = rows.entries(row); e; ++e) form.emplace_back(e.col(), e.value());
  return {merged(std::move(form)), rows.rhs[row], true};
}

std::vector<LinearConstraint> product_constraints(const qcbo::Product& product) {
  const auto [u, w, b] = product;
  return {{merged({{u, 1}, {w, -1}}), 0, false},
          {merged({{u, 1}, {b, -1}}), 0, false},
          {merged({{w, 1}, {b, 1}, {u, -1}}), 1, false}};
}

SplitObjective split_objective(const qcbo::Qcbo& problem) {
  SplitObjective objective;
  std::vector<qcbo::Term> pairs;
  for (const qcbo::Term& term : problem.objective) {
    if (term.i == term.j)
      objective.linear.emplace_back(term.i, term.coefficient);
    else
      pairs.push_back({std::min(term.i, term.j), std::max(term.i, term.j), term.coefficient});
  }
  objective.linear = merged(std::move(objective.linear));
  std::ranges::sort(pairs, {}, [](const qcbo::Term& t) { return std::tie(t.i, t.j); });
  for (const qcbo::Term& term : pairs) {
    if (objective.pairs.empty() || objective.pairs.back().i != term.i || objective.pairs.back().j != term.j)
      objective.pairs.push_back(term);
    else
      objective.pairs.back().coefficient += term.coefficient;
  }
  std::erase_if(objective.pairs, [](const qcbo::Term& t) { return t.coefficient == 0; });
  return objective;
}

std::vector<std::string> names_of(const qcbo::Qcbo& problem) {
  std::vector<std::string> names;
  for (const qcbo::Variable& variable : problem.shared) names.push_back(name_of(variable));
  for (const qcbo::Variable& variable : problem.variables) names.push_back(name_of(variable));
  // Programs that read the names would take two variables of one name for one.
  std::vector<std::string_view> sorted(names.begin(), names.end());
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    throw InputError(fmt::format("/variables: two of them are both named {} by their kind and place", *twice));
  return names;
}

}  // namespace isinglass::formats
