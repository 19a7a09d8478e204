#include "oracles/oracle.hpp"

#include "oracles/annealing/annealing_oracle.hpp"
#include "oracles/dynamics/dynamics_oracle.hpp"
#include "oracles/subproblems/subproblem_oracle.hpp"

namespace isinglass::oracles {

std::unique_ptr<Oracle> make_oracle(const config::Config& config, const energy::StructuredState& state,
                                    const parallel::Communicator& group) {
  if (config.machine.subproblems.blocks != config::Blocks::none)
    return std::make_unique<SubproblemOracle>(config, state, group);
  if (config::has_dynamics(config.machine.kind)) return std::make_unique<DynamicsOracle>(config.machine, group);
  return std::make_unique<AnnealingOracle>(config.machine, group);
}

}  // namespace isinglass::oracles
