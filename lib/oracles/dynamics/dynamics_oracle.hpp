#pragma once

#include "config/config.hpp"
#include "energy/state.hpp"
#include "oracles/annealing/sweeps.hpp"
#include "oracles/dynamics/amplitudes.hpp"
#include "oracles/dynamics/layer_fields.hpp"
#include "parallel/communicator.hpp"

#include <functional>

namespace isinglass {

/// The oracle of QCGD by the dynamics of a bifurcation machine or a coherent Ising machine over all parameter bits and segment
/// choices at once: machine.sweeps steps, each with all fields by matrix products. Starts from the state as it is; the state
/// becomes the best one met, by the structured energy with the segments descended. False if a rank was asked to stop.
/// Collective over `group`.
[[nodiscard]] bool answer_by_dynamics(StructuredState& state, const MachineConfig& machine, const SweepKey& key,
                                      const Communicator& group, const std::function<bool()>& stop_is_asked);

}  // namespace isinglass
