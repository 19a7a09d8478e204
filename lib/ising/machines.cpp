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

namespace isinglass {

namespace {

std::unique_ptr<Machine> moving(dynamics::Dynamics kind) {
  return std::make_unique<dynamics::DynamicsMachine>(std::move(kind));
}

/// The machine behind the limits of hardware, if there are any.
std::unique_ptr<Machine> limited(std::unique_ptr<Machine> machine, const HardwareConfig& limits) {
  if (!hardware::has_limits(limits)) return machine;
  return std::make_unique<hardware::HardwareMachine>(std::move(machine), limits);
}

/// The machine of a kind: the one list of them.
std::unique_ptr<Machine> machine_of(const MachineConfig& config) {
  switch (config.kind) {
    case MachineKind::sa:
      return std::make_unique<SimulatedAnnealing>(config.sa, config.groups);
    case MachineKind::bsb:
      return moving(bifurcation(dynamics::Kind::bsb, config.bsb));
    case MachineKind::dsb:
      return moving(bifurcation(dynamics::Kind::dsb, config.dsb));
    case MachineKind::cim:
      return moving(dynamics::mean_field_cim(config.cim));
    case MachineKind::cac:
      return moving(dynamics::controlled_cim(config.cac));
    case MachineKind::tabu:
      return std::make_unique<Tabu>(config.tabu);
    case MachineKind::pt:
      return std::make_unique<Tempering>(config.pt, config.groups);
    case MachineKind::enumeration:
      return std::make_unique<Enumeration>();
    case MachineKind::external:
      return std::make_unique<external::ExternalMachine>(config.external);
  }
  assert(false);
  return nullptr;
}

}  // namespace

std::unique_ptr<Machine> make_machine(const MachineConfig& config) {
  return std::make_unique<ScaledMachine>(
      config, [](const MachineConfig& settings) { return limited(machine_of(settings), settings.hardware); });
}

}  // namespace isinglass
