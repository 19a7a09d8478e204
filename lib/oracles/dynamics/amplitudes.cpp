#include "oracles/dynamics/amplitudes.hpp"

#include "base/error.hpp"
#include "simd/simd.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// Bifurcation: 1 - p at the first step. The dynamics continue from the weights as they are, which a deep trap at 0 would
/// erase.
constexpr double first_pump_deficit = 0.1;
/// Pump minus loss of cim, from the first step to the last, and of cac.
constexpr double first_gain = -0.5, last_gain = 1.0, controlled_gain = -0.2;
/// dsb: momentum lost a unit of time. Forces that depend on signs do not fade as an amplitude moves, so that without friction
/// hundreds of weights, once in motion, go on to flip together.
constexpr float discrete_friction = 1;
/// Largest value of a cac error variable.
constexpr float largest_error = 10;

DynamicsKind kind_of(const MachineConfig& machine) {
  if (machine.kind == "bsb") return DynamicsKind::bsb;
  if (machine.kind == "dsb") return DynamicsKind::dsb;
  if (machine.kind == "cim") return DynamicsKind::cim;
  if (machine.kind == "cac") return DynamicsKind::cac;
  throw InputError(
      fmt::format("machine.kind: \"{}\" has no dynamics for the whole problem: use sa, bsb, dsb, cim or cac, or "
                  "machine.subproblems.blocks",
                  machine.kind));
}

void bifurcate(float* x, float* y, const float* f, std::size_t size, StepRule rule) {
  const float keep = std::max(0.0F, 1 - rule.friction * rule.time_step);
  for (std::size_t i = 0; i < size; ++i) {
    float momentum = keep * y[i] + rule.time_step * (rule.gain * x[i] + rule.coupling * f[i]);
    float place = x[i] + rule.time_step * momentum;
    const bool is_out = std::fabs(place) > 1;
    place = is_out ? std::copysign(1.0F, place) : place;
    momentum = is_out ? 0.0F : momentum;
    x[i] = place;
    y[i] = momentum;
  }
}

void oscillate(float* x, const float* f, std::size_t size, StepRule rule) {
  for (std::size_t i = 0; i < size; ++i) {
    const float slope = (rule.gain - rule.saturation * x[i] * x[i]) * x[i] + rule.coupling * f[i];
    x[i] = std::clamp(x[i] + rule.time_step * slope, -rule.limit, rule.limit);
  }
}

void control(float* x, float* e, const float* f, std::size_t size, StepRule rule) {
  for (std::size_t i = 0; i < size; ++i) {
    const float square = x[i] * x[i];
    const float slope = (rule.gain - rule.saturation * square) * x[i] + rule.coupling * e[i] * f[i];
    e[i] = std::clamp(e[i] - rule.time_step * rule.rate * (square - rule.target) * e[i], 0.01F, largest_error);
    x[i] = std::clamp(x[i] + rule.time_step * slope, -rule.limit, rule.limit);
  }
}

}  // namespace

bool has_dynamics(const MachineConfig& machine) {
  return machine.kind == "bsb" || machine.kind == "dsb" || machine.kind == "cim" || machine.kind == "cac";
}

StepRule step_rule(const MachineConfig& machine, int step, int steps) {
  const double part = steps > 1 ? static_cast<double>(step) / (steps - 1) : 1.0;
  StepRule rule;
  rule.kind = kind_of(machine);
  const auto set = [&](double time_step, double gain, double coupling) {
    rule.time_step = static_cast<float>(time_step);
    rule.gain = static_cast<float>(gain);
    rule.coupling = static_cast<float>(coupling);
  };
  switch (rule.kind) {
    case DynamicsKind::bsb:
    case DynamicsKind::dsb:
      set(0.3, first_pump_deficit * (part - 1), 0.6);
      if (rule.kind == DynamicsKind::dsb) rule.friction = discrete_friction;
      break;
    case DynamicsKind::cim:
      set(0.1, first_gain + (last_gain - first_gain) * part, 1.0);
      rule.limit = 1.5F;
      break;
    case DynamicsKind::cac:
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

CallRule call_rule(const MachineConfig& machine) {
  switch (kind_of(machine)) {
    case DynamicsKind::bsb:
      return {};
    case DynamicsKind::dsb:
      return {.noise = 0.4F, .signs_only = true};  // equal amplitudes would change sign in the same step
    case DynamicsKind::cim:
      return {.amplification = 4};
    case DynamicsKind::cac:
      return {.signs_only = true};
  }
  return {};
}

StepRule level_rule(StepRule rule) {
  rule.gain = rule.saturation = rule.rate = 0;
  rule.limit = 1;
  return rule;
}

Amplitudes::Amplitudes(std::vector<float> start, const MachineConfig& machine)
    : x(std::move(start)), second(x.size(), kind_of(machine) == DynamicsKind::cac ? 1.0F : 0.0F) {}

void Amplitudes::advance(std::span<const float> force, const StepRule& rule, simd::Width width) {
  if (rule.kind == DynamicsKind::cim) return simd::run<oscillate>(width, x.data(), force.data(), x.size(), rule);
  if (rule.kind == DynamicsKind::cac) return simd::run<control>(width, x.data(), second.data(), force.data(), x.size(), rule);
  simd::run<bifurcate>(width, x.data(), second.data(), force.data(), x.size(), rule);
}

}  // namespace isinglass
