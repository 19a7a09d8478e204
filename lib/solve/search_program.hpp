#pragma once

#include "solve/qcgd_program.hpp"

namespace isinglass::solve {

/// Programs with at most this many variables that the rows leave open are searched to the end, however long that takes.
inline constexpr std::size_t searched_variables = 20;

/// Branch and bound before any oracle is called; docs/solve.md. Rank 0 searches, and every rank gets its result. It
/// ends as `proven` or `infeasible`; of more than searched_variables as `iterations` once its share of work is done,
/// with the best point so far; or by plan.seconds and plan.stop_is_asked. Collective.
[[nodiscard]] ProgramResult search_program(const formats::BinaryProgram& program, const ProgramPlan& plan,
                                           const parallel::Communicator& comm);

}  // namespace isinglass::solve
