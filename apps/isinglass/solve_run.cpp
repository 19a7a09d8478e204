#include "solve_run.hpp"

#include "json_text.hpp"
#include "solve_report.hpp"

#include "files/output_place.hpp"
#include "ising/rounding.hpp"
#include "parallel/agreement.hpp"
#include "parallel/session.hpp"
#include "solve/instance_input.hpp"
#include "solve/solution_file.hpp"

#include <iostream>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// One solve of a problem without constraints, from the instance to the files.
class SolveRun {
public:
  SolveRun(const SolveOptions& options, formats::Instance instance, const parallel::Communicator& world);
  ExitCode run();

private:
  void announce(const formats::Instance& instance) const;
  void write(const solve::SearchResult& result) const;

  const SolveOptions& options_;
  const parallel::Communicator& world_;
  solve::MachineChoice choice_;
  SolveFacts facts_;
  bool is_binary_;
};

SolveRun::SolveRun(const SolveOptions& options, formats::Instance instance, const parallel::Communicator& world)
    : options_(options), world_(world), is_binary_(instance.is_binary) {
  facts_ = {options.path,
            instance.format,
            instance.goal,
            static_cast<std::int64_t>(instance.problem.spins),
            formats::couplers(instance.problem),
            "",
            options.seed,
            options.sweeps,
            world.size(),
            options.target,
            instance.is_binary,
            instance.note,
            instance.warnings};
  parallel::together(world, [&] { choice_ = solve::choose_machine(options.machine, std::move(instance.problem)); });
  facts_.machine = choice_.machine->name();
  facts_.rounding = ising::energy_rounding(choice_.problem);
  if (world.is_root() && !options.quiet) announce(instance);
}

void SolveRun::announce(const formats::Instance& instance) const {
  std::cout << fmt::format("instance: {} ({}), {} spins, {} couplers{}", facts_.path, facts_.format, facts_.spins,
                           facts_.couplers, facts_.goal == formats::Goal::cut ? ", maximum cut" : "");
  if (!choice_.groups.empty()) std::cout << fmt::format(", {} one-hot groups", choice_.groups.size());
  std::cout << '\n';
  if (!instance.note.empty()) std::cout << fmt::format("format: {}\n", instance.note);
  std::cout << fmt::format("machine: {}", facts_.machine);
  if (!choice_.reason.empty()) std::cout << fmt::format(" (chosen: {})", choice_.reason);
  if (choice_.penalty > 0) std::cout << fmt::format(", groups held by a penalty of {:.4g}", choice_.penalty);
  std::cout << std::endl;
}

void SolveRun::write(const solve::SearchResult& result) const {
  if (options_.output.empty()) return;
  const auto provenance = parallel::job_facts(world_, "written");
  parallel::together(world_, [&] {
    if (!world_.is_root()) return;
    solve::write_solutions(options_.output,
                           {facts_.path, facts_.format, formats::goal_name(facts_.goal), facts_.spins, facts_.couplers,
                            formats::is_maximised(facts_.goal), is_binary_, facts_.machine, choice_.yaml, facts_.seed,
                            facts_.sweeps, end_text(facts_, result), provenance},
                           result);
    if (!options_.quiet) std::cout << fmt::format("written: {}\n", options_.output);
  });
}

ExitCode SolveRun::run() {
  SolveProgress progress(facts_.goal, world_.is_root() && !options_.quiet);
  const solve::TtsMeasurement measurement = solve::solve_problem(
      choice_, options_, facts_.goal, world_, [&](const solve::SearchResult& so_far) { progress(so_far); });
  const solve::SearchResult& result = measurement.search;
  if (world_.is_root() && !options_.quiet) {
    if (options_.tts > 0) print_tts(measurement);
    print_result(facts_, result);
  }
  const std::optional<parallel::AgreedError> failure = parallel::failure_of([&] { write(result); });
  if (world_.is_root() && options_.json) {
    nlohmann::ordered_json json = to_json(facts_, result);
    if (options_.tts > 0) json.update(isinglass::to_json(measurement));
    if (!options_.output.empty() && !failure) json["output"] = options_.output;
    std::cout << json_text(json) << std::endl;
  }
  if (failure) throw parallel::AgreedError(failure->what(), ExitCode::error);
  return result.end == solve::SearchEnd::stop ? ExitCode::unfinished : ExitCode::done;
}

}  // namespace

ExitCode run_solve(const SolveOptions& options, const parallel::Communicator& world) {
  parallel::together(world, [&] {
    if (world.is_root() && !options.output.empty()) files::expect_output_place(options.output, {options.path});
  });
  solve::InstanceInput input = solve::read_shared_instance(options.path, options.instance, options.time_limit, world);
  if (world.is_root() && !options.quiet)
    for (const std::string& warning : input.instance.warnings) std::cerr << fmt::format("warning: {}\n", warning);
  SolveOptions rest = options;
  rest.time_limit = input.time_limit;
  if (input.instance.program) return run_solve_program(rest, input.instance, world);
  return SolveRun(rest, std::move(input.instance), world).run();
}

}  // namespace isinglass
