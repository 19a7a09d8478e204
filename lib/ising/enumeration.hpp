#pragma once

#include "ising/machine.hpp"

namespace isinglass::ising {

/// Every state once, in the order of a Gray code, so that each differs from the one before by one flip: the minimum
/// with proof, the first of several. Up to 30 spins; groups count as constraints.
class Enumeration : public Machine {
public:
  static constexpr std::size_t largest = 30;
  [[nodiscard]] std::string name() const override { return "enumeration"; }
  [[nodiscard]] bool keeps_groups() const override { return true; }
  [[nodiscard]] bool is_exact() const override { return true; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;
};

}  // namespace isinglass::ising
