#include "solve/search_program.hpp"

#include "base/clock.hpp"
#include "solve/exact_search.hpp"

#include <array>
#include <utility>

namespace isinglass::solve {

namespace {

/// Share of larger programs: a fraction of a second.
constexpr std::int64_t work_of_larger = std::int64_t{1} << 25;

ExactPlan exact_plan(const ProgramPlan& plan, std::size_t free_variables) {
  ExactPlan exact;
  if (free_variables > searched_variables) exact.most_work = work_of_larger;
  exact.seconds = [&plan] { return seconds_since(plan.begin); };
  exact.is_over = [&plan] {
    return plan.stop_is_asked() || (plan.seconds && seconds_since(plan.begin) >= *plan.seconds);
  };
  return exact;
}

ProgramEnd end_of(const ExactResult& found, const ProgramPlan& plan) {
  if (found.is_complete) return found.best ? ProgramEnd::proven : ProgramEnd::infeasible;
  if (plan.stop_is_asked()) return ProgramEnd::stop;
  return plan.seconds && seconds_since(plan.begin) >= *plan.seconds ? ProgramEnd::time : ProgramEnd::iterations;
}

ProgramResult result_of(ExactResult found, const ProgramPlan& plan) {
  ProgramResult result;
  result.end = end_of(found, plan);
  result.best = std::move(found.best);
  result.objective = found.objective;
  if (result.end == ProgramEnd::proven) result.lower_bound = result.objective;
  result.nodes = found.nodes;
  result.seconds_to_best = found.seconds_to_best;
  result.wall_seconds = seconds_since(plan.begin);
  return result;
}

/// Rank 0's result on every rank.
void share(ProgramResult& result, const formats::BinaryProgram& program, const parallel::Communicator& comm) {
  std::array<std::int64_t, 3> whole{static_cast<std::int64_t>(result.end), result.best ? 1 : 0, result.nodes};
  std::array<double, 3> real{result.objective, result.seconds_to_best, result.wall_seconds};
  comm.broadcast(parallel::bytes_of(std::span<std::int64_t>(whole)), 0);
  comm.broadcast(parallel::bytes_of(std::span<double>(real)), 0);
  result.end = static_cast<ProgramEnd>(whole[0]);
  result.nodes = whole[2];
  result.objective = real[0];
  result.seconds_to_best = real[1];
  result.wall_seconds = real[2];
  if (whole[1] == 0) return;
  if (!result.best) result.best.emplace(static_cast<std::size_t>(program.variables));
  comm.broadcast(parallel::bytes_of(std::span(*result.best)), 0);
  if (result.end == ProgramEnd::proven) result.lower_bound = result.objective;
}

}  // namespace

ProgramResult search_program(const formats::BinaryProgram& program, const ProgramPlan& plan,
                             const parallel::Communicator& comm) {
  ProgramResult result;
  if (comm.is_root()) {
    ExactSearch search(program);
    result = result_of(search.search(exact_plan(plan, search.free_variables())), plan);
  }
  share(result, program, comm);
  result.spins = program.variables;
  result.forms = std::ssize(program.rows) + std::ssize(program.products);
  return result;
}

}  // namespace isinglass::solve
