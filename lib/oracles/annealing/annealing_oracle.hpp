#pragma once

#include "config/config.hpp"
#include "energy/state.hpp"
#include "oracles/annealing/sweeps.hpp"
#include "parallel/communicator.hpp"

#include <functional>

namespace isinglass {

/// Structured simulated annealing: the oracle of QCGD. Starts from the state as it is and lowers the temperature
/// geometrically; a sweep goes through the layers, first all segment choices of a layer, then all its parameter bits.
/// `key.call` names the call; sweeps are counted from 0. Before each sweep the ranks ask `stop_is_asked` of each other; false
/// if they left because of it, with a state that nothing should be made of. Collective over `group`.
[[nodiscard]] bool anneal_structured(StructuredState& state, const MachineConfig& machine, SweepKey key,
                                     const Communicator& group, const std::function<bool()>& stop_is_asked);

/// Descends in the segment choices alone, weights fixed: a function of the weights and multipliers only, so that every
/// replica group can compute an atom's segments from its weight bits. Local: samples are independent.
void descend_segments(StructuredState& state, std::uint64_t seed);

}  // namespace isinglass
