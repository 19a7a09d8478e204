#include "oracles/dynamics/amplitudes.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace isinglass::oracles {

namespace {

/// Bifurcation: 1 - p at the first step. The dynamics continue from the weights as they are, which a deep trap at 0
/// would erase.
constexpr double first_pump_deficit = 0.1;
/// Pump minus loss of cim, from the first step to the last, and of cac.
constexpr double first_gain = -0.5, last_gain = 1.0, controlled_gain = -0.2;
/// dsb: momentum lost a unit of time. Forces that depend on signs do not fade as an amplitude moves, so that without
/// friction hundreds of weights, once in motion, go on to flip together.
constexpr float discrete_friction = 1;

ising::dynamics::Kind kind_of(const config::MachineConfig& machine) {
  assert(config::has_dynamics(machine.kind));
  return *value_named<ising::dynamics::Kind>(name_of(machine.kind));
}

}  // namespace

StepRule step_rule(const config::MachineConfig& machine, int step, int steps) {
  const double part = steps > 1 ? static_cast<double>(step) / (steps - 1) : 1.0;
  StepRule rule;
  rule.kind = kind_of(machine);
  const auto set = [&](double time_step, double gain, double coupling) {
    rule.time_step = static_cast<float>(time_step);
    rule.gain = static_cast<float>(gain);
    rule.coupling = static_cast<float>(coupling);
  };
  switch (rule.kind) {
    case ising::dynamics::Kind::bsb:
    case ising::dynamics::Kind::dsb:
      set(0.3, first_pump_deficit * (part - 1), 0.6);
      if (rule.kind == ising::dynamics::Kind::dsb) rule.friction = discrete_friction;
      break;
    case ising::dynamics::Kind::cim:
      set(0.1, first_gain + (last_gain - first_gain) * part, 1.0);
      rule.limit = 1.5F;
      break;
    case ising::dynamics::Kind::cac:
      set(0.1, controlled_gain, 0.5);
      rule.target = 0.7F;
      rule.rate = 0.3F;
      rule.limit = 1.25F;
      break;
  }
  if (machine.whole.time_step > 0) rule.time_step = static_cast<float>(machine.whole.time_step);
  if (machine.whole.strength > 0) rule.coupling = static_cast<float>(machine.whole.strength);
  return rule;
}

CallRule call_rule(const config::MachineConfig& machine) {
  switch (kind_of(machine)) {
    case ising::dynamics::Kind::bsb:
      return {};
    case ising::dynamics::Kind::dsb:
      return {.noise = 0.4F, .signs_only = true};  // equal amplitudes would change sign in the same step
    case ising::dynamics::Kind::cim:
      return {.amplification = 4};
    case ising::dynamics::Kind::cac:
      return {.signs_only = true};
  }
  return {};
}

StepRule level_rule(StepRule rule) {
  rule.gain = rule.saturation = rule.rate = 0;
  rule.limit = 1;
  return rule;
}

Amplitudes::Amplitudes(std::vector<float> start, const config::MachineConfig& machine)
    : x(std::move(start)), second(x.size(), kind_of(machine) == ising::dynamics::Kind::cac ? 1.0F : 0.0F) {}

void Amplitudes::advance(std::span<const float> force, const StepRule& rule, simd::Width width) {
  ising::dynamics::step_kernels(width).advance_forced(rule, {x.data(), second.data(), force.data(), x.size()});
}

}  // namespace isinglass::oracles
