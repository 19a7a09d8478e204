#pragma once

#include "ising/machine.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <string>

namespace isinglass::ising {

/// All reads of a request, shared out over the ranks in blocks of machine.block(), on every rank in the order of their
/// indices: the same on any number of ranks unless target, deadline or stop cut them. Each energy is computed anew from
/// the problem. Collective.
[[nodiscard]] ReadSet read_all(const Machine& machine, ProgrammedMachine& programmed, const IsingProblem& problem,
                               const ReadRequest& request, const parallel::Communicator& comm);

/// Throws InputError, with `name` as what to lower, if `reads` answers of `spins` spins at once need more memory than
/// there is.
void expect_read_memory(std::int64_t reads, std::int64_t spins, const std::string& name);

}  // namespace isinglass::ising
