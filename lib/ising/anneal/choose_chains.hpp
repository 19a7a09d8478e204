#pragma once

#include "ising/anneal/chains.hpp"
#include "ising/anneal/temperatures.hpp"
#include "ising/problem.hpp"
#include "simd/simd.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace isinglass::ising {

/// Kind of the coefficients of a problem, as far as it decides which kernel takes them. The couplings are looked
/// through once; new fields cost O(spins).
class CoefficientUnits {
public:
  /// Looks at a problem with sparse or dense couplings.
  explicit CoefficientUnits(const IsingProblem& problem);

  /// The largest number of which all couplings and fields h are multiples, to a relative error of 1e-9; 0: there is
  /// none that is worth while. 1 if all are 0.
  [[nodiscard]] double unit(std::span<const double> fields) const;
  /// max_i |h_i| + sum_j |J_ij|: no local field is larger.
  [[nodiscard]] double largest_field(std::span<const double> fields) const;
  [[nodiscard]] double largest_coupling() const { return largest_; }

private:
  void inspect(std::span<const double> values);

  double largest_ = 0, unit_ = 0;  // unit_: of the couplings alone; 0 without couplings
  bool has_unit_ = true;
  std::vector<double> row_sum_;  // of |J|, [spins]
};

/// The kernels, by the coefficients that they take.
enum class ChainKind { lanes8, lanes16, lanes32, sparse_real, dense16, dense32, dense_real };

/// Facts that decide about the kernel of a problem.
struct ChainChoice {
  ChainKind kind = ChainKind::sparse_real;
  double unit = 1;          ///< of whole coefficients
  bool is_rounded = false;  ///< they are real ones, rounded to multiples of the unit
  friend bool operator==(const ChainChoice&, const ChainChoice&) = default;
};

/// The problem with the couplings that its fastest kernel takes: sparse or dense.
[[nodiscard]] IsingProblem in_suitable_form(const IsingProblem& problem);

/// The chains that suit a problem as it is written, with sparse or dense couplings, and its temperatures.
class ChosenChains {
public:
  ChosenChains(const IsingProblem& problem, simd::Width width);
  [[nodiscard]] Chains& chains() { return *chains_; }
  [[nodiscard]] TemperatureRange range() const { return range_; }
  [[nodiscard]] const ChainChoice& choice() const { return choice_; }
  /// Takes new fields and returns true, if the same chains would be chosen with them.
  [[nodiscard]] bool set_fields(std::span<const double> fields);

private:
  bool is_dense_ = false;
  CoefficientUnits coefficients_;
  TemperatureRange range_;
  ChainChoice choice_;
  std::unique_ptr<Chains> chains_;
};

}  // namespace isinglass::ising
