#pragma once

#include "ising/anneal/chains.hpp"
#include "ising/anneal/integer_form.hpp"
#include "ising/anneal/simd_level.hpp"
#include "ising/anneal/temperatures.hpp"

#include <memory>
#include <optional>

namespace isinglass {

/// The chains that suit a problem's couplings, and its temperatures.
class ChosenChains {
public:
  ChosenChains(const IsingProblem& problem, SimdLevel level);
  [[nodiscard]] Chains& chains() { return *chains_; }
  [[nodiscard]] TemperatureRange range() const { return range_; }
  /// New fields if the same chains would be chosen with them, and true; else false.
  [[nodiscard]] bool set_fields(std::span<const double> fields);

private:
  std::unique_ptr<Chains> chains_;
  TemperatureRange range_;
};

}  // namespace isinglass
