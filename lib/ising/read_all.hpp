#pragma once

#include "ising/machine.hpp"
#include "parallel/communicator.hpp"

namespace isinglass {

/// All reads of a request, shared out over the ranks in blocks of machine.block(), on every rank in the order of their
/// indices: the same on any number of ranks unless target, deadline or stop cut them. Each energy is computed anew from the
/// problem. Collective.
[[nodiscard]] ReadSet read_all(const Machine& machine, ProgrammedMachine& programmed, const IsingProblem& problem,
                               const ReadRequest& request, const Communicator& comm);

}  // namespace isinglass
