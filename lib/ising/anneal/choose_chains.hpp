#pragma once

#include "ising/anneal/chains.hpp"
#include "ising/anneal/temperatures.hpp"
#include "ising/anneal/units.hpp"
#include "simd/simd.hpp"

#include <memory>

namespace isinglass {

/// The kernels, by the coefficients that they take.
enum class ChainKind { lanes8, lanes16, lanes32, sparse_real, dense16, dense32, dense_real };

/// What decides about the kernel of a problem.
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

}  // namespace isinglass
