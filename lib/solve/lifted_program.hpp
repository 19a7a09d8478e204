#pragma once

#include "formats/binary_program.hpp"
#include "ising/problem.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::solve {

/// A binary program whose constraints are quadratic forms P_c >= 0 of spins, 0 exactly where they hold; docs/theory.md,
/// section 4. With multipliers mu it is the Ising problem min f + sum of mu_c P_c, always with the same pattern of
/// couplings.
class LiftedProgram {
public:
  /// Which rows machines hold themselves.
  enum class Groups {
    as_rows,  ///< none
    native    ///< one-hot rows that share no variables are groups of the Ising problem, not forms
  };
  /// InputError if the forms do not fit into memory.
  LiftedProgram(const formats::BinaryProgram& program, Groups groups);

  [[nodiscard]] std::size_t spins() const { return spins_; }  ///< variables, then slack bits
  [[nodiscard]] std::size_t slack_bits() const { return spins_ - variables_; }
  [[nodiscard]] std::size_t forms() const { return static_cast<std::size_t>(forms_.rows()) - 1; }
  [[nodiscard]] std::int64_t couplers() const { return std::ssize(pairs_); }
  /// Whether every form is 0 at some slack of every feasible x: not with coefficients on no grid (see coarse_steps).
  [[nodiscard]] bool is_exact() const { return is_exact_; }
  /// Rows that no x satisfies, by their bounds: the program is then proven to be infeasible.
  [[nodiscard]] const std::vector<std::size_t>& impossible_rows() const { return impossible_rows_; }

  /// Unit that the objective is divided by: what a flip typically changes it by.
  [[nodiscard]] double objective_scale() const { return objective_scale_; }
  /// f / objective_scale of a state, slack bits included.
  [[nodiscard]] double objective(std::span<const std::int8_t> spins) const;
  /// P_c of a state, each divided by its row's mean squared coefficient.
  [[nodiscard]] std::vector<double> images(std::span<const std::int8_t> spins) const;
  /// sum over c of the square of the largest possible P_c.
  [[nodiscard]] double diameter_square() const { return diameter_square_; }

  /// min f / objective_scale + sum of multiplier_c P_c.
  [[nodiscard]] ising::IsingProblem problem(std::span<const double> multipliers) const;

private:
  struct Maker;

  /// Value of a row of forms_: the sum of the terms whose monomials are 1.
  [[nodiscard]] double value_of(std::size_t form, std::span<const std::int8_t> spins) const;

  /// The row's form, its slack bits, its group, or nothing.
  void add_row(Maker& maker, const formats::LinearRow& row, std::size_t index, Groups groups);
  void add_square(Maker& maker, const formats::LinearRow& row, double lower, double step, std::int64_t range);

  std::size_t variables_ = 0, spins_ = 0;
  bool is_exact_ = true;
  std::vector<std::uint8_t> grouped_;  // [variable] in a group
  double objective_scale_ = 1, diameter_square_ = 0;
  SparseRowMatrix<double> forms_;       // [objective, then the forms][monomial]: 1, then x_i, then the pairs' x_i x_j
  std::vector<ising::Coupling> pairs_;  // each with its number, from 1, as the value
  std::vector<ising::OneHotGroup> groups_;
  std::vector<std::size_t> impossible_rows_;
  ising::SparseCouplings pattern_;  // of the Ising problem: the values are the numbers of the pairs
};

}  // namespace isinglass::solve
