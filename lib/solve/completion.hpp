#pragma once

#include "formats/binary_program.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace isinglass::solve {

/// A binary program as sparse matrices.
struct ProgramMatrices {
  explicit ProgramMatrices(const formats::BinaryProgram& program);

  std::vector<formats::LinearRow> product_rows;  ///< the rows that hold the products
  SparseRowMatrix<double> rows;                  ///< [row][variable], the program's rows and then product_rows
  SparseRowMatrix<double> columns;               ///< [variable][row], the same
  ising::SparseCouplings pairs;  ///< [variable][variable], coefficients of the objective in both directions
  Eigen::VectorXd linear;        ///< [variable], its linear terms
};

/// Calls f(row) for every row of the matrices, in their order.
template <class F>
void for_each_row(const formats::BinaryProgram& program, const ProgramMatrices& matrices, const F& f) {
  for (const auto* rows : {&program.rows, &matrices.product_rows})
    for (const formats::LinearRow& row : *rows) f(row);
}

/// Turns an oracle's answer into a feasible point: flips that mend violated rows, whose prices rise as long as they
/// stay violated, then a descent on the objective by chains of flips, each of which ends in a feasible point.
class Completion {
public:
  explicit Completion(const formats::BinaryProgram& program);

  /// A feasible point near `x`; nothing if none was found within the budget of flips. `seed` and `key` tell random
  /// choices apart.
  [[nodiscard]] std::optional<formats::Bits> complete(std::span<const std::uint8_t> x, std::uint64_t seed,
                                                      std::uint64_t key);

private:
  /// A change of the state by one flip.
  struct Effect {
    double violation = 0, objective = 0;
  };

  /// A variable and what its flip costs.
  struct Flip {
    std::size_t variable = 0;
    double cost = 0;
  };

  void set(std::span<const std::uint8_t> x);
  void flip(std::size_t i);
  [[nodiscard]] double violation(std::size_t row, double sum) const;
  [[nodiscard]] Effect effect(std::size_t i) const;
  void note(std::size_t row);
  [[nodiscard]] std::optional<Flip> cheapest(std::size_t row, std::int64_t step) const;
  [[nodiscard]] bool repair(std::uint64_t seed, std::uint64_t key);
  [[nodiscard]] bool chain(std::size_t first);
  void descend(std::uint64_t seed, std::uint64_t key);
  void undo_to(std::size_t length);

  struct Side {
    double lower, upper, tolerance, scale;
  };

  std::size_t variables_;
  ProgramMatrices matrices_;
  std::vector<Side> sides_;  // [row], divided by nothing
  double scale_ = 1;         // of the objective

  formats::Bits x_;
  Eigen::VectorXd sums_, slopes_, prices_;    // [row]; dQ/dx_i [variable]; [row]
  std::vector<std::int32_t> broken_, place_;  // violated rows, and where each row is among them (-1: not)
  std::vector<std::int64_t> changed_;         // [variable]: step of its last flip
  std::vector<std::size_t> trail_;            // flips of the chain so far
};

}  // namespace isinglass::solve
