#pragma once

#include "formats/binary_program.hpp"
#include "namespaces.hpp"
#include "random_problem.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

/// Random binary programs, and their optimum from the definition.
namespace isinglass::testing {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

inline LinearRow random_row(Words& words, std::int64_t variables) {
  LinearRow row;
  double least = 0, most = 0;
  const int kind = words.between(0, 3), scale = words.between(0, 1);
  for (std::int64_t v = 0; v < variables; ++v) {
    if (words.between(0, 1) == 0) continue;
    const double a =
        kind < 2 ? (kind == 0 || words.between(0, 1) == 0 ? 1 : -1) : words.one_of<double>({-3, -1, 1, 2, 4});
    row.variable.push_back(v);
    row.coefficient.push_back(scale == 0 ? a : 0.25 * a);
    (a < 0 ? least : most) += row.coefficient.back();
  }
  const double unit = scale == 0 ? 1 : 0.25;
  const double side = least + unit * words.between(0, static_cast<int>((most - least) / unit));
  const int sense = words.between(0, 2);
  if (sense != 1) row.upper = side;
  if (sense != 2) row.lower = sense == 0 ? side : side - unit;
  return row;
}

inline BinaryProgram random_program(std::uint64_t seed, int most_variables) {
  Words words(seed);
  BinaryProgram program;
  program.variables = words.between(4, most_variables);
  const auto last = static_cast<int>(program.variables) - 1;
  std::vector<BinaryTerm> terms;
  for (int k = 0; k < 3 * last; ++k)
    terms.push_back({words.between(0, last), words.between(0, last), 1.0 * words.between(-9, 9)});
  program.objective = merged_terms(terms);
  program.constant = words.between(-5, 5);
  for (int r = words.between(1, 3); r > 0; --r) program.rows.push_back(random_row(words, program.variables));
  if (words.between(0, 2) == 0) program.products.push_back({0, 1, 2});
  return program;
}

/// The least objective of a feasible point, from the definition; infinity: none.
inline double least_objective(const BinaryProgram& program) {
  double best = infinity;
  Bits x(static_cast<std::size_t>(program.variables));
  for (std::uint32_t state = 0; state < (1U << program.variables); ++state) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = (state >> i) & 1U;
    bool holds = true;
    for (const LinearRow& row : program.rows) {
      double sum = 0;
      for (std::size_t k = 0; k < row.variable.size(); ++k)
        sum += row.coefficient[k] * x[static_cast<std::size_t>(row.variable[k])];
      holds = holds && sum >= row.lower && sum <= row.upper;
    }
    for (const ProductRow& p : program.products)
      holds = holds &&
              x[static_cast<std::size_t>(p.u)] == x[static_cast<std::size_t>(p.w)] * x[static_cast<std::size_t>(p.b)];
    if (!holds) continue;
    double sum = program.constant;
    for (const BinaryTerm& t : program.objective)
      sum += t.value * x[static_cast<std::size_t>(t.i)] * x[static_cast<std::size_t>(t.j)];
    best = std::min(best, sum);
  }
  return best;
}

}  // namespace isinglass::testing
