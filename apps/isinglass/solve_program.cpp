#include "json_text.hpp"
#include "solve_report.hpp"
#include "solve_run.hpp"

#include "base/clock.hpp"
#include "base/stop_signal.hpp"
#include "ising/read_all.hpp"
#include "parallel/agreement.hpp"
#include "parallel/session.hpp"
#include "solve/solution_file.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// Rows on standard error, at a growing interval; the first and the last are always shown.
class IterationTable {
public:
  IterationTable(formats::Goal goal, bool is_shown) : goal_(goal), is_shown_(is_shown) {}

  void operator()(const solve::ProgramIteration& it) {
    if (!is_shown_ || it.seconds < next_row_) return;
    next_row_ = next_row_after(it.seconds);
    constexpr const char* row = "{:>9} {:>9} {:>14} {:>10} {:>12} {:>14} {:>9} {:>9}\n";
    if (!has_head_)
      std::cerr << fmt::format(row, "iteration", "elapsed", "atom", "violation", "gap", "best", "feasible",
                               "completed");
    has_head_ = true;
    std::cerr << fmt::format(row, it.iteration, fmt::format("{:.1f}s", it.seconds),
                             fmt::format("{:.6g}", formats::goal_value(goal_, it.objective)),
                             fmt::format("{:.3g}", it.violation), fmt::format("{:.3g}", it.gap),
                             it.incumbent ? fmt::format("{:.8g}", formats::goal_value(goal_, *it.incumbent)) : "none",
                             it.feasible_reads, it.completed_reads)
              << std::flush;
  }

private:
  formats::Goal goal_;
  bool is_shown_, has_head_ = false;
  double next_row_ = 0;
};

std::string end_text(const solve::ProgramResult& result, const SolveOptions& options) {
  const bool was_searched = result.nodes > 0;
  switch (result.end) {
    case solve::ProgramEnd::iterations:
      return fmt::format("all {} iterations done", result.iterations.size());
    case solve::ProgramEnd::target:
      return fmt::format("target {} reached", value_text(options.target.value_or(0)));
    case solve::ProgramEnd::time:
      return "time limit";
    case solve::ProgramEnd::proven:
      return was_searched ? "all points were searched: proven optimal"
                          : "the bound meets the best objective: proven optimal";
    case solve::ProgramEnd::infeasible:
      return was_searched ? "all points were searched: proven infeasible"
                          : "a constraint holds for no point: proven infeasible";
    case solve::ProgramEnd::stop:
      break;
  }
  return fmt::format("signal {}", stop_signal() != nullptr ? stop_signal() : "on another rank");
}

struct Outcome {
  const SolveOptions& options;
  const formats::Instance& instance;
  const solve::ProgramResult& result;
  std::string machine, end;
  int ranks = 1;
};

void print(const Outcome& o) {
  const solve::ProgramResult& r = o.result;
  if (r.best)
    std::cout << fmt::format("best: objective {}, feasible, after {:.3g} s\n",
                             value_text(formats::goal_value(o.instance.goal, r.objective)), r.seconds_to_best);
  else
    std::cout << (r.end == solve::ProgramEnd::infeasible
                      ? "there is no feasible point\n"
                      : "no feasible point was found, which does not say that there is none\n");
  if (r.lower_bound)
    std::cout << fmt::format("bound: objective {} {}\n",
                             formats::is_maximised(o.instance.goal) ? "at most" : "at least",
                             value_text(formats::goal_value(o.instance.goal, *r.lower_bound)));
  const std::string work = r.nodes > 0 ? fmt::format("{} nodes of branch and bound", r.nodes)
                                       : fmt::format("{} iterations, {} reads", r.iterations.size(), r.reads);
  std::cout << fmt::format("{}, {:.3g} s\nstopped: {}\n", work, r.wall_seconds, o.end) << std::flush;
}

nlohmann::ordered_json to_json(const Outcome& o, bool is_written) {
  const solve::ProgramResult& r = o.result;
  nlohmann::ordered_json json{{"instance", o.options.path},
                              {"format", o.instance.format},
                              {"variables", o.instance.program->variables},
                              {"constraints", o.instance.program->rows.size() + o.instance.program->products.size()},
                              {"spins", r.spins},
                              {"slack_bits", r.slack_bits},
                              {"couplers", r.couplers},
                              {"groups", r.groups},
                              {"machine", o.machine},
                              {"seed", o.options.seed},
                              {"feasible", r.best.has_value()},
                              {"objective", nullptr},
                              {"bound", nullptr}};
  if (r.best) json["objective"] = formats::goal_value(o.instance.goal, r.objective);
  if (r.lower_bound) json["bound"] = formats::goal_value(o.instance.goal, *r.lower_bound);
  json["proven_optimal"] = r.end == solve::ProgramEnd::proven;
  json["proven_infeasible"] = r.end == solve::ProgramEnd::infeasible;
  json["iterations"] = r.iterations.size();
  json["reads"] = r.reads;
  json["nodes"] = r.nodes;
  const auto sum = [&](auto member) {
    return std::accumulate(r.iterations.begin(), r.iterations.end(), std::int64_t{0},
                           [&](std::int64_t total, const solve::ProgramIteration& it) { return total + it.*member; });
  };
  json["feasible_reads"] = sum(&solve::ProgramIteration::feasible_reads);
  json["completed_reads"] = sum(&solve::ProgramIteration::completed_reads);
  json["violation"] = r.iterations.empty() ? 0 : r.iterations.back().violation;
  json["seconds_to_best"] = r.seconds_to_best;
  json["wall_seconds"] = r.wall_seconds;
  json["spin_updates"] = r.spin_updates;
  json["field_evaluations"] = r.field_evaluations;
  if (o.options.target) {
    json["target"] = *o.options.target;
    json["target_reached"] =
        r.best && r.objective <= solve::relaxed_target(*o.instance.program,
                                                       formats::goal_value(o.instance.goal, *o.options.target));
  }
  json["stop_reason"] = o.end;
  json["ranks"] = o.ranks;
  if (is_written) json["output"] = o.options.output;
  return json;
}

void announce(const SolveOptions& options, const formats::Instance& instance) {
  const formats::BinaryProgram& program = *instance.program;
  std::cout << fmt::format("instance: {} ({}), {} variables, {} constraints\n", options.path, instance.format,
                           program.variables, program.rows.size() + program.products.size())
            << std::flush;
}

void announce(const solve::MachineChoice& choice) {
  std::cout << fmt::format("QCGD, oracle: {}", choice.machine->name());
  if (!choice.reason.empty()) std::cout << fmt::format(" (chosen: {})", choice.reason);
  std::cout << std::endl;
}

void write(const Outcome& outcome, const std::string& settings_yaml, const parallel::Communicator& world) {
  const SolveOptions& options = outcome.options;
  const formats::Instance& instance = outcome.instance;
  const auto provenance = parallel::job_facts(world, "written");
  parallel::together(world, [&] {
    if (!world.is_root()) return;
    solve::write_program_solution(
        options.output,
        {options.path, instance.format, formats::goal_name(instance.goal), outcome.result.spins,
         outcome.result.couplers, formats::is_maximised(instance.goal), true, outcome.machine, settings_yaml,
         options.seed, options.sweeps, outcome.end, provenance},
        outcome.result);
    if (!options.quiet) std::cout << fmt::format("written: {}\n", options.output);
  });
}

}  // namespace

ExitCode run_solve_program(const SolveOptions& options, const formats::Instance& instance,
                           const parallel::Communicator& world) {
  parallel::together(world, [&] {
    if (options.tts > 0) throw InputError("--tts: only of problems without constraints");
    ising::expect_read_memory(options.reads, 3 * instance.program->variables, "--reads");
  });
  const bool speaks = world.is_root() && !options.quiet;
  if (speaks) announce(options, instance);
  IterationTable table(instance.goal, speaks);
  const auto [result, machine, settings_yaml] = solve::solve_constrained(
      *instance.program, options, instance.goal, world,
      [&](const solve::MachineChoice& choice) {
        if (speaks) announce(choice);
      },
      [&](const solve::ProgramIteration& row) { table(row); });
  const Outcome outcome{options, instance, result, machine, end_text(result, options), world.size()};
  if (speaks) print(outcome);
  std::optional<parallel::AgreedError> failure;
  if (!options.output.empty())
    failure = parallel::failure_of([&, &yaml = settings_yaml] { write(outcome, yaml, world); });
  if (world.is_root() && options.json)
    std::cout << json_text(to_json(outcome, !options.output.empty() && !failure)) << std::endl;
  if (failure) throw parallel::AgreedError(failure->what(), ExitCode::error);
  return result.end == solve::ProgramEnd::stop ? ExitCode::unfinished : ExitCode::done;
}

}  // namespace isinglass
