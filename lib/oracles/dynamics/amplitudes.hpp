#pragma once

#include "config/config.hpp"
#include "simd/simd.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Continuous variables of the dynamics that emulate a machine, for the whole problem at once: every parameter bit and every
/// segment choice has an amplitude x, driven by the normalised force f = -dE/dx.
namespace isinglass {

enum class DynamicsKind : std::uint8_t { bsb, dsb, cim, cac };

/// The equations at one step; formulas as in ising/dynamics, with f in the place of -(J x + h).
struct StepRule {
  DynamicsKind kind = DynamicsKind::dsb;
  float time_step = 1;
  float gain = 0;        ///< bifurcation: -(1 - p); cim, cac: pump minus loss
  float coupling = 1;    ///< of f
  float friction = 0;    ///< bifurcation: share of the momentum lost a unit of time
  float saturation = 1;  ///< mu of the cubic term
  float target = 1;      ///< cac: a, the squared amplitude
  float rate = 0;        ///< cac: xi of the error variables
  float limit = 1;       ///< |x| stays within
};

/// How a call of a kind begins and what its fields see of a parameter of two values at amplitude x: clamp(x amplification), or
/// sign(x).
struct CallRule {
  float noise = 0.1F;  ///< largest move of an amplitude at the start, so that reads differ
  float amplification = 1;
  bool signs_only = false;  ///< parameters of more values: the nearest one
};
[[nodiscard]] CallRule call_rule(const MachineConfig& machine);

/// The same rule for a quantity of many levels, which nothing drives away from the middle or towards the ends.
[[nodiscard]] StepRule level_rule(StepRule rule);

/// Step `step` of `steps` by the machine's kind and its section `whole`. InputError if the kind has no dynamics.
[[nodiscard]] StepRule step_rule(const MachineConfig& machine, int step, int steps);
[[nodiscard]] bool has_dynamics(const MachineConfig& machine);

struct Amplitudes {
  std::vector<float> x;
  std::vector<float> second;  ///< momentum of bifurcation, error variable of cac; not used by cim

  Amplitudes() = default;
  /// At rest.
  Amplitudes(std::vector<float> start, const MachineConfig& machine);
  /// One step with force f, element by element: neither the vector width nor the sharding changes a result.
  void advance(std::span<const float> force, const StepRule& rule, simd::Width width = simd::cpu_width());
};

}  // namespace isinglass
