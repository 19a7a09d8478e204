#pragma once

#include "ising/qubo.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/problem.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// The QUBO of a QCBO with one multiplier mu for all rows and products:
///
///   objective + mu (sum over rows (a x - rhs)^2 + sum over products of the Rosenberg form w b - 2 u (w + b) + 3 u)
///
/// Both parts stay integers until they are added, so that sums over samples do not depend on their order.
namespace isinglass::formats {

/// Coefficient of x_i x_j, i <= j, in integers: its value is unit * objective + mu * penalty.
struct LiftedTerm {
  std::int64_t i = 0, j = 0, objective = 0, penalty = 0;

  [[nodiscard]] double value(double unit, double multiplier) const {
    return unit * static_cast<double>(objective) + multiplier * static_cast<double>(penalty);
  }
};

/// Couplings between parameter bits, the only ones that samples share. Kept in blocks of columns: the inputs of a
/// neuron, which are all coupled with each other, are neighbours.
class ParameterCouplings {
public:
  /// `parameters` bits; little is allocated before there are couplings.
  explicit ParameterCouplings(std::int64_t parameters) : rows_(static_cast<std::size_t>(parameters)) {}

  void add(std::int64_t i, std::int64_t j, std::int64_t objective, std::int64_t penalty);
  /// Sums over the ranks, in place. Collective.
  void sum_over(const parallel::Communicator& comm);
  /// Coefficients that are not 0, in ascending order of (j, i).
  [[nodiscard]] std::vector<LiftedTerm> terms() const;
  /// Memory that they take now.
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

private:
  static constexpr std::size_t block_columns = 64;
  using Block = std::array<std::int64_t, 2 * block_columns>;  // [column][objective, penalty]
  struct Row {
    std::vector<std::int32_t> place_of;  // [column / block_columns] in `blocks`; -1: all 0. Empty: no blocks
    std::vector<Block> blocks;
  };
  Block& block(Row& row, std::size_t index);

  std::vector<Row> rows_;  // [i]
  std::int64_t bytes_ = 0;
};

/// The terms of one block that are not 0 and have a variable of the block, merged, in ascending order of (j, i): then
/// the order of all terms is the same however the samples are divided into blocks.
struct LiftedBlock {
  std::vector<LiftedTerm> terms;
  std::int64_t objective_constant = 0, penalty_constant = 0;
};

/// Terms between parameter bits are added to `shared`; null: left out.
[[nodiscard]] LiftedBlock lift_block(const qcbo::Qcbo& block, ParameterCouplings* shared);

/// Upper bound of how much the objective of one sample of the block can change while the parameter bits stay, integer
/// units: the sum of |coefficient| over its terms with another variable, of the sample where that is largest.
[[nodiscard]] std::int64_t largest_objective_spread(const qcbo::Qcbo& block);

/// A multiplier with which no minimum of the QUBO violates a row or product. Take any point, and replace the variables
/// of each sample that violates something by those of the forward pass of the same parameter bits: each such sample's
/// penalty falls by mu or more (violations are integers, and a violated Rosenberg form is 1 or more), and its objective
/// rises by its spread at most; rows between interchangeable neurons are mended by renaming them, which changes no
/// loss. So one unit more than the largest spread of one sample is enough, whatever the number of samples. It needs a
/// forward pass for all parameter bits: not with margins.
[[nodiscard]] double sufficient_multiplier(std::int64_t largest_spread, double unit);

/// The QUBO of a whole problem for one multiplier; nothing: sufficient_multiplier() of the largest sample.
/// InputError if its numbers overflow.
[[nodiscard]] ising::SparseQubo lift_uniformly(const qcbo::Qcbo& problem, std::optional<double> multiplier);

}  // namespace isinglass::formats
