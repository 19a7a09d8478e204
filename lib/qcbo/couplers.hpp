#pragma once

#include "parallel/communicator.hpp"
#include "qcbo/problem_plan.hpp"

#include <cstdint>

namespace isinglass::qcbo {

/// Pairs of different variables that the lifted QUBO couples, at least one of them in the block of a sample of this
/// shard: rows couple all their variables, products their three, and the objective its pairs. Local.
[[nodiscard]] std::int64_t sample_couplers(const ProblemPlan& plan);

/// The other pairs, of parameter bits and symmetry slack: each once, however many samples of all ranks couple it.
/// Collective.
[[nodiscard]] std::int64_t shared_couplers(const ProblemPlan& plan, const parallel::Communicator& comm);

}  // namespace isinglass::qcbo
