#include "solve/solve.hpp"

#include "base/clock.hpp"
#include "base/stop_signal.hpp"
#include "ising/rounding.hpp"
#include "parallel/agreement.hpp"
#include "solve/lifted_program.hpp"
#include "solve/search_program.hpp"

#include <algorithm>
#include <utility>

namespace isinglass::solve {

namespace {

bool stop_is_asked() { return stop_signal() != nullptr; }

std::optional<double> energy_target(const SolveSettings& settings, formats::Goal goal) {
  return settings.target ? std::optional(formats::goal_value(goal, *settings.target)) : std::nullopt;
}

SearchPlan search_plan(const MachineChoice& choice, const SolveSettings& settings, formats::Goal goal) {
  SearchPlan plan;
  const std::int64_t by_default = settings.time_limit ? 0 : std::max(default_reads, choice.machine->block());
  plan.reads = settings.reads > 0 ? settings.reads : by_default;
  plan.sweeps = settings.sweeps;
  if (plan.reads == 0 && plan.sweeps == 0) plan.effort = Effort::doubling;
  plan.seed = settings.seed;
  if (const auto target = energy_target(settings, goal)) plan.target = relaxed_target(choice.problem, *target);
  plan.seconds = settings.time_limit;
  plan.stop_is_asked = stop_is_asked;
  if (!choice.groups.empty())
    plan.is_solution = [groups = ising::IsingProblem{choice.problem.spins, {}, {}, 0, choice.groups}](auto spins) {
      return ising::keeps_groups(groups, spins);
    };
  return plan;
}

/// Energies of reads that keep their groups without the rounding of penalties that are 0 there.
void drop_penalties(const ising::IsingProblem& original, SearchResult& result) {
  for (ising::Read& read : result.reads) read.energy = ising::energy(original, read.spins);
  if (result.best) result.best->energy = ising::energy(original, result.best->spins);
}

ProgramPlan program_plan(const SolveSettings& settings, formats::Goal goal) {
  ProgramPlan plan;
  plan.iterations = settings.iterations;
  if (!settings.iterations && !settings.time_limit) plan.iterations = default_iterations;
  plan.reads = settings.reads;
  plan.sweeps = settings.sweeps;
  plan.seed = settings.seed;
  plan.target = energy_target(settings, goal);
  plan.seconds = settings.time_limit;
  plan.stop_is_asked = stop_is_asked;
  return plan;
}

/// The oracle's machine: that of the lifted problem, unless asked for.
MachineChoice choose_oracle(const MachineRequest& request, const formats::BinaryProgram& program) {
  const LiftedProgram lifted(program, LiftedProgram::Groups::as_rows);
  MachineChoice choice = choose_machine(request, lifted.problem(std::vector<double>(lifted.forms(), 1.0)));
  // It must be able to take the problem, which is said before the work starts.
  static_cast<void>(choice.machine->program(choice.problem));
  choice.problem = {};
  return choice;
}

}  // namespace

TtsMeasurement solve_problem(const MachineChoice& choice, const SolveSettings& settings, formats::Goal goal,
                             const parallel::Communicator& world, const SearchReport& report) {
  SearchPlan plan = search_plan(choice, settings, goal);
  world.barrier();
  plan.begin = Clock::now();
  std::unique_ptr<ising::ProgrammedMachine> programmed;
  parallel::together(world, [&] { programmed = choice.machine->program(choice.problem); });
  TtsMeasurement measurement;
  if (settings.tts > 0) {
    const TtsPlan repeats{settings.tts, settings.sweeps, energy_target(settings, goal).value_or(0), settings.seed,
                          stop_is_asked};
    const auto measure = settings.scan ? scan_sweeps : measure_tts;
    measurement = measure(*choice.machine, *programmed, choice.problem, repeats, world, report);
  } else {
    measurement.search = search(*choice.machine, *programmed, choice.problem, plan, world, report);
  }
  if (choice.original) drop_penalties(*choice.original, measurement.search);
  return measurement;
}

ProgramSolution solve_constrained(const formats::BinaryProgram& program, const SolveSettings& settings,
                                  formats::Goal goal, const parallel::Communicator& world, const ChoiceReport& chosen,
                                  const std::function<void(const ProgramIteration&)>& report) {
  ProgramPlan plan = program_plan(settings, goal);
  if (!settings.machine.kind) {
    ProgramResult searched = search_program(program, plan, world);
    if (searched.end != ProgramEnd::iterations) return {std::move(searched), "branch_and_bound", ""};
    plan.start = std::move(searched.best);
  }
  MachineChoice choice;
  parallel::together(world, [&] { choice = choose_oracle(settings.machine, program); });
  chosen(choice);
  return {solve_program(program, *choice.machine, plan, world, report), choice.machine->name(), choice.yaml};
}

}  // namespace isinglass::solve
