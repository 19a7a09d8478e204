#include "instances/binary_program.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace isinglass {

double objective_of(const BinaryProgram& program, std::span<const std::uint8_t> x) {
  double sum = program.constant;
  for (const BinaryTerm& term : program.objective)
    if (x[static_cast<std::size_t>(term.i)] != 0 && x[static_cast<std::size_t>(term.j)] != 0) sum += term.value;
  return sum;
}

double row_tolerance(const LinearRow& row) {
  double size = 0;
  for (const double a : row.coefficient) size += std::abs(a);
  for (const double side : {row.lower, row.upper})
    if (std::isfinite(side)) size = std::max(size, std::abs(side));
  return 1e-9 * std::max(size, 1.0);
}

double largest_violation(const BinaryProgram& program, std::span<const std::uint8_t> x) {
  double largest = 0;
  for (const LinearRow& row : program.rows) {
    double sum = 0;
    for (std::size_t k = 0; k < row.variable.size(); ++k)
      if (x[static_cast<std::size_t>(row.variable[k])] != 0) sum += row.coefficient[k];
    const double violation = std::max(row.lower - sum, sum - row.upper);
    if (violation > row_tolerance(row)) largest = std::max(largest, violation);
  }
  for (const ProductRow& p : program.products) {
    const int product = x[static_cast<std::size_t>(p.w)] * x[static_cast<std::size_t>(p.b)];
    if (product != x[static_cast<std::size_t>(p.u)]) largest = std::max(largest, 1.0);
  }
  return largest;
}

std::vector<BinaryTerm> merged_terms(std::vector<BinaryTerm> terms) {
  for (BinaryTerm& term : terms)
    if (term.i > term.j) std::swap(term.i, term.j);
  std::ranges::stable_sort(terms, {}, [](const BinaryTerm& t) { return std::tie(t.i, t.j); });
  std::vector<BinaryTerm> merged;
  for (const BinaryTerm& term : terms) {
    if (!merged.empty() && merged.back().i == term.i && merged.back().j == term.j)
      merged.back().value += term.value;
    else
      merged.push_back(term);
  }
  std::erase_if(merged, [](const BinaryTerm& t) { return t.value == 0; });
  return merged;
}

}  // namespace isinglass
