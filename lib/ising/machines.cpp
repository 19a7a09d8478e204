#include "ising/machines.hpp"

#include "base/error.hpp"
#include "ising/anneal/annealing.hpp"
#include "ising/dynamics/bifurcation.hpp"
#include "ising/dynamics/cim.hpp"
#include "ising/dynamics/dynamics_machine.hpp"
#include "ising/enumeration.hpp"
#include "ising/external/external.hpp"
#include "ising/hardware/hardware.hpp"
#include "ising/scaled.hpp"
#include "ising/tabu/tabu.hpp"
#include "ising/tempering/tempering.hpp"

#include <functional>
#include <utility>

#include <fmt/format.h>

namespace isinglass {

namespace {

using Maker = std::function<std::unique_ptr<Machine>(const MachineConfig&)>;

std::unique_ptr<Machine> moving(dynamics::Dynamics kind) {
  return std::make_unique<dynamics::DynamicsMachine>(std::move(kind));
}

/// The machine behind the limits of hardware, if there are any.
std::unique_ptr<Machine> limited(std::unique_ptr<Machine> machine, const HardwareConfig& limits) {
  if (!hardware::has_limits(limits)) return machine;
  return std::make_unique<hardware::HardwareMachine>(std::move(machine), limits);
}

/// The one list of machines.
const std::vector<std::pair<std::string, Maker>>& makers() {
  static const std::vector<std::pair<std::string, Maker>> list{
      {"sa", [](const MachineConfig& config) { return std::make_unique<SimulatedAnnealing>(config.sa, config.groups); }},
      {"enumeration", [](const MachineConfig&) { return std::make_unique<Enumeration>(); }},
      {"bsb", [](const MachineConfig& c) { return moving(bifurcation(dynamics::Kind::bsb, c.bsb)); }},
      {"dsb", [](const MachineConfig& c) { return moving(bifurcation(dynamics::Kind::dsb, c.dsb)); }},
      {"cim", [](const MachineConfig& c) { return moving(dynamics::mean_field_cim(c.cim)); }},
      {"cac", [](const MachineConfig& c) { return moving(dynamics::controlled_cim(c.cac)); }},
      {"pt", [](const MachineConfig& config) { return std::make_unique<Tempering>(config.pt, config.groups); }},
      {"tabu", [](const MachineConfig& config) { return std::make_unique<Tabu>(config.tabu); }},
      {"external", [](const MachineConfig& c) { return std::make_unique<external::ExternalMachine>(c.external); }},
  };
  return list;
}

}  // namespace

std::vector<std::string> machine_kinds() {
  std::vector<std::string> kinds;
  for (const auto& [kind, maker] : makers()) kinds.push_back(kind);
  return kinds;
}

std::unique_ptr<Machine> make_machine(const MachineConfig& config) {
  for (const auto& [kind, maker] : makers())
    if (kind == config.kind)
      return std::make_unique<ScaledMachine>(
          config, [make = maker](const MachineConfig& settings) { return limited(make(settings), settings.hardware); });
  throw InputError(fmt::format("machine: \"{}\" does not exist: use one of {}", config.kind, fmt::join(machine_kinds(), ", ")));
}

}  // namespace isinglass
