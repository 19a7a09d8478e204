#pragma once

#include "ising/qubo.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace isinglass {

/// lower <= sum of coefficient x_variable <= upper; variables ascending, each once, no zeros.
struct LinearRow {
  std::vector<std::int64_t> variable;
  std::vector<double> coefficient;
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();

  [[nodiscard]] bool is_equation() const { return lower == upper; }
};

/// u = w b of binary variables.
struct ProductRow {
  std::int64_t u = 0, w = 0, b = 0;
};

/// min constant + sum of value x_i x_j over binary x, subject to rows and products.
struct BinaryProgram {
  std::int64_t variables = 0;
  std::vector<BinaryTerm> objective;  ///< i <= j ascending, each pair once, no zeros; i == j is linear
  double constant = 0;
  std::vector<LinearRow> rows;
  std::vector<ProductRow> products;
};

using Bits = std::vector<std::uint8_t>;  ///< 0 or 1 each

/// The objective at x.
[[nodiscard]] double objective_of(const BinaryProgram& program, std::span<const std::uint8_t> x);

/// What a row's value may be off by without counting as violated: rounding of sums of its coefficients.
[[nodiscard]] double row_tolerance(const LinearRow& row);

/// The largest violation of a row at x, rows and products; 0: feasible.
[[nodiscard]] double largest_violation(const BinaryProgram& program, std::span<const std::uint8_t> x);

/// Terms ordered, equal pairs added, i <= j, zeros left out.
[[nodiscard]] std::vector<BinaryTerm> merged_terms(std::vector<BinaryTerm> terms);

}  // namespace isinglass
