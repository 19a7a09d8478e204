#pragma once

#include "base/matrix.hpp"
#include "base/sparse.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <variant>
#include <vector>

/// Ising problems, the input of every machine:
///
///   min E(s) = offset + sum_{i<j} J_ij s_i s_j + sum_i h_i s_i,    s_i in {-1, +1}
///
/// J is symmetric without a diagonal. Maximum cut is J = w / 2 with offset -sum w / 2: E is minus the cut.
namespace isinglass::ising {

using Spins = std::vector<std::int8_t>;  ///< -1 or +1 each

/// J [spins][spins], both directions of each coupling, columns ascending, no zeros.
using SparseCouplings = SparseRowMatrix<double>;

/// J [spins][spins] as a whole, zeros on the diagonal.
using DenseCouplings = RowMatrix<double>;

/// J_ij = sum_r weight_r factor_ri factor_rj for i != j: data rows that share spins, as samples share weights.
/// The diagonal of that sum is a constant; it is not part of J.
struct FactoredCouplings {
  RowMatrix<float> factor;  ///< [rows][spins]
  Eigen::VectorXd weight;   ///< [rows]
};

/// J that nobody stores: only its product with vectors is known.
struct MatrixFreeCouplings {
  /// out = J x for `batch` vectors: x and out are [batch][spins].
  std::function<void(std::span<const float> x, std::span<float> out, std::size_t batch)> multiply;
};

using Couplings = std::variant<SparseCouplings, DenseCouplings, FactoredCouplings, MatrixFreeCouplings>;

/// Spins of which exactly one is +1: a variable of many values. A machine with native moves keeps that true in all its
/// reads.
using OneHotGroup = std::vector<std::int32_t>;

struct IsingProblem {
  std::size_t spins = 0;
  Couplings couplings = SparseCouplings{};
  std::vector<double> fields;  ///< h, [spins]
  double offset = 0;
  std::vector<OneHotGroup> groups{};  ///< disjoint; a point that breaks one is no solution
};

/// E(s), from the couplings themselves: what every read's energy is checked against. O(couplings).
[[nodiscard]] double energy(const IsingProblem& problem, std::span<const std::int8_t> spins);

/// dE/ds_i = sum_j J_ij s_j + h_i of every spin; flipping spin i changes E by -2 s_i times it.
[[nodiscard]] std::vector<double> local_fields(const IsingProblem& problem, std::span<const std::int8_t> spins);

/// Whether exactly one spin of every group is +1.
[[nodiscard]] bool keeps_groups(const IsingProblem& problem, std::span<const std::int8_t> spins);

/// Converts the couplings to another form. InputError if the dense matrix would have more than `largest_dense` rows.
inline constexpr std::size_t largest_dense = 16384;
[[nodiscard]] DenseCouplings to_dense(const IsingProblem& problem);
[[nodiscard]] SparseCouplings to_sparse(const IsingProblem& problem);

/// J without the pairs of zero, from pairs i != j, in any order; equal pairs are added in their order. `look` is called
/// several times a second and may throw, for example on a stop signal.
struct Coupling {
  std::int32_t i = 0, j = 0;
  double value = 0;
};
[[nodiscard]] SparseCouplings sparse_couplings(
    std::size_t spins, std::span<const Coupling> pairs, const std::function<void()>& look = [] {});

/// The problem without groups, each held by penalty * (number of +1 in it - 1)^2 instead: for machines that flip single
/// spins.
[[nodiscard]] IsingProblem with_group_penalties(const IsingProblem& problem, double penalty);

/// Throws InputError unless sizes agree, numbers are finite, no energy can overflow, columns are in range and groups
/// are disjoint.
void check(const IsingProblem& problem);

}  // namespace isinglass::ising
