#include "ising/machines.hpp"

#include "ising/anneal/annealing.hpp"
#include "ising/dynamics/dynamics_machine.hpp"
#include "ising/dynamics/kinds.hpp"
#include "ising/enumeration.hpp"
#include "ising/external/external.hpp"
#include "ising/hardware/hardware.hpp"
#include "ising/scaled.hpp"
#include "ising/tabu/tabu.hpp"
#include "ising/tempering/tempering.hpp"

#include <cassert>
#include <utility>

namespace isinglass::ising {

namespace {

std::unique_ptr<Machine> moving(dynamics::Dynamics kind) {
  return std::make_unique<dynamics::DynamicsMachine>(std::move(kind));
}

/// The machine behind the limits of hardware, if there are any.
std::unique_ptr<Machine> limited(std::unique_ptr<Machine> machine, const config::HardwareConfig& limits) {
  if (!hardware::has_limits(limits)) return machine;
  return std::make_unique<hardware::HardwareMachine>(std::move(machine), limits);
}

/// The machine of a kind: the one list of them.
std::unique_ptr<Machine> machine_of(const config::MachineConfig& config) {
  switch (config.kind) {
    case config::MachineKind::sa:
      return std::make_unique<SimulatedAnnealing>(config.sa, config.groups);
    case config::MachineKind::bsb:
      return moving(bifurcation(dynamics::Kind::bsb, config.bsb));
    case config::MachineKind::dsb:
      return moving(bifurcation(dynamics::Kind::dsb, config.dsb));
    case config::MachineKind::cim:
      return moving(dynamics::mean_field_cim(config.cim));
    case config::MachineKind::cac:
      return moving(dynamics::controlled_cim(config.cac));
    case config::MachineKind::tabu:
      return std::make_unique<Tabu>(config.tabu);
    case config::MachineKind::pt:
      return std::make_unique<Tempering>(config.pt, config.groups);
    case config::MachineKind::enumeration:
      return std::make_unique<Enumeration>();
    case config::MachineKind::external:
      return std::make_unique<external::ExternalMachine>(config.external);
  }
  assert(false);
  return nullptr;
}

}  // namespace

std::unique_ptr<Machine> make_machine(const config::MachineConfig& config) {
  return std::make_unique<ScaledMachine>(
      config, [](const config::MachineConfig& settings) { return limited(machine_of(settings), settings.hardware); });
}

}  // namespace isinglass::ising
