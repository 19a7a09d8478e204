#include "oracles/oracle.hpp"

#include "oracles/annealing/annealing_oracle.hpp"
#include "oracles/dynamics/dynamics_oracle.hpp"
#include "oracles/subproblems/subproblem_oracle.hpp"

namespace isinglass {

std::unique_ptr<Oracle> make_oracle(const Config& config, const StructuredState& state, const Communicator& group) {
  if (config.machine.subproblems.blocks != Blocks::none)
    return std::make_unique<SubproblemOracle>(config, state, group);
  if (has_dynamics(config.machine.kind)) return std::make_unique<DynamicsOracle>(config.machine, group);
  return std::make_unique<AnnealingOracle>(config.machine, group);
}

}  // namespace isinglass
