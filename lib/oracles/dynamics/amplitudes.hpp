#pragma once

#include "config/config.hpp"
#include "ising/dynamics/step_kernels.hpp"

#include <span>
#include <vector>

/// Continuous variables of the dynamics that emulate a machine, for the whole problem at once: every parameter bit and
/// every segment choice has an amplitude x, driven by the normalised force f = -dE/dx.
namespace isinglass::oracles {

using ising::dynamics::StepRule;

/// How a call of a kind begins and what its fields see of a parameter of two values at amplitude x: clamp(x
/// amplification), or sign(x).
struct CallRule {
  float noise = 0.1F;  ///< largest move of an amplitude at the start, so that reads differ
  float amplification = 1;
  bool signs_only = false;  ///< parameters of more values: the nearest one
};
[[nodiscard]] CallRule call_rule(const config::MachineConfig& machine);

/// Rule for a quantity of many levels, which nothing drives away from the middle or towards the ends.
[[nodiscard]] StepRule level_rule(StepRule rule);

/// Step `step` of `steps` by the machine's kind and its section `whole`; has_dynamics(machine.kind).
[[nodiscard]] StepRule step_rule(const config::MachineConfig& machine, int step, int steps);

struct Amplitudes {
  std::vector<float> x;
  std::vector<float> second;  ///< momentum of bifurcation, error variable of cac; not used by cim

  Amplitudes() = default;
  /// At rest.
  Amplitudes(std::vector<float> start, const config::MachineConfig& machine);
  /// One step with force f, element by element: neither the vector width nor the sharding changes a result.
  void advance(std::span<const float> force, const StepRule& rule, simd::Width width = simd::cpu_width());
};

}  // namespace isinglass::oracles
