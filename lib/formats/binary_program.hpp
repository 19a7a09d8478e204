#pragma once

#include "ising/qubo.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace isinglass::formats {

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
  std::vector<ising::BinaryTerm> objective;  ///< i <= j ascending, each pair once, no zeros; i == j is linear
  double constant = 0;
  std::vector<LinearRow> rows;
  std::vector<ProductRow> products;
};

using Bits = std::vector<std::uint8_t>;  ///< 0 or 1 each

/// The objective at x.
[[nodiscard]] double objective_of(const BinaryProgram& program, std::span<const std::uint8_t> x);

/// Sum of the magnitudes of all objective terms and of the constant.
[[nodiscard]] double objective_size(const BinaryProgram& program);

/// Whether every objective value is a whole number that doubles add up exactly: then two different ones differ by 1 at
/// least.
[[nodiscard]] bool has_whole_objective(const BinaryProgram& program);

/// The linear rows that hold at binary points exactly where the product does (McCormick).
[[nodiscard]] std::vector<LinearRow> rows_of_product(const ProductRow& product);

/// An upper bound of how far the row's sum may be off its interval without counting as violated; see `violation`.
[[nodiscard]] double row_tolerance(const LinearRow& row);

/// Distance of the row's sum at x to its interval. Rows of whole numbers are exact; in others 1e-9 of the smallest
/// coefficient, and the rounding of the coefficients that x switches on, count as 0.
[[nodiscard]] double violation(const LinearRow& row, std::span<const std::uint8_t> x);

/// The largest violation of a row at x, rows and products; 0: feasible.
[[nodiscard]] double largest_violation(const BinaryProgram& program, std::span<const std::uint8_t> x);

/// Terms ordered, equal pairs added, i <= j, zeros left out. `look` as of sparse_couplings.
[[nodiscard]] std::vector<ising::BinaryTerm> merged_terms(
    std::vector<ising::BinaryTerm> terms, const std::function<void()>& look = [] {});

}  // namespace isinglass::formats
