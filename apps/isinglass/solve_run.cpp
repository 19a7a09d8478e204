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
  SolveRun(const SolveOptions& options, Instance instance, const Communicator& world);
  ExitCode run();

private:
  void announce(const Instance& instance) const;
  void write(const SearchResult& result) const;

  const SolveOptions& options_;
  const Communicator& world_;
  MachineChoice choice_;
  SolveFacts facts_;
  bool is_binary_;
};

SolveRun::SolveRun(const SolveOptions& options, Instance instance, const Communicator& world)
    : options_(options), world_(world), is_binary_(instance.is_binary) {
  facts_ = {options.path,
            instance.format,
            instance.goal,
            static_cast<std::int64_t>(instance.problem.spins),
            couplers(instance.problem),
            "",
            options.seed,
            options.sweeps,
            world.size(),
            options.target,
            instance.is_binary,
            instance.note,
            instance.warnings};
  together(world, [&] { choice_ = choose_machine(options.machine, std::move(instance.problem)); });
  facts_.machine = choice_.machine->name();
  facts_.rounding = energy_rounding(choice_.problem);
  if (world.is_root() && !options.quiet) announce(instance);
}

void SolveRun::announce(const Instance& instance) const {
  std::cout << fmt::format("instance: {} ({}), {} spins, {} couplers{}", facts_.path, facts_.format, facts_.spins,
                           facts_.couplers, facts_.goal == Goal::cut ? ", maximum cut" : "");
  if (!choice_.groups.empty()) std::cout << fmt::format(", {} one-hot groups", choice_.groups.size());
  std::cout << '\n';
  if (!instance.note.empty()) std::cout << fmt::format("format: {}\n", instance.note);
  std::cout << fmt::format("machine: {}", facts_.machine);
  if (!choice_.reason.empty()) std::cout << fmt::format(" (chosen: {})", choice_.reason);
  if (choice_.penalty > 0) std::cout << fmt::format(", groups held by a penalty of {:.4g}", choice_.penalty);
  std::cout << std::endl;
}

void SolveRun::write(const SearchResult& result) const {
  if (options_.output.empty()) return;
  const auto provenance = job_facts(world_, "written");
  together(world_, [&] {
    if (!world_.is_root()) return;
    write_solutions(
        options_.output,
        {facts_.path, facts_.format, goal_name(facts_.goal), facts_.spins, facts_.couplers, is_maximised(facts_.goal),
         is_binary_, facts_.machine, choice_.yaml, facts_.seed, facts_.sweeps, end_text(facts_, result), provenance},
        result);
    if (!options_.quiet) std::cout << fmt::format("written: {}\n", options_.output);
  });
}

ExitCode SolveRun::run() {
  SolveProgress progress(facts_.goal, world_.is_root() && !options_.quiet);
  const TtsMeasurement measurement =
      solve_problem(choice_, options_, facts_.goal, world_, [&](const SearchResult& so_far) { progress(so_far); });
  const SearchResult& result = measurement.search;
  if (world_.is_root() && !options_.quiet) {
    if (options_.tts > 0) print_tts(measurement);
    print_result(facts_, result);
  }
  const std::optional<AgreedError> failure = failure_of([&] { write(result); });
  if (world_.is_root() && options_.json) {
    nlohmann::ordered_json json = to_json(facts_, result);
    if (options_.tts > 0) json.update(to_json(measurement));
    if (!options_.output.empty() && !failure) json["output"] = options_.output;
    std::cout << json_text(json) << std::endl;
  }
  if (failure) throw AgreedError(failure->what(), ExitCode::error);
  return result.end == SearchEnd::stop ? ExitCode::unfinished : ExitCode::done;
}

}  // namespace

ExitCode run_solve(const SolveOptions& options, const Communicator& world) {
  together(world, [&] {
    if (world.is_root() && !options.output.empty()) expect_output_place(options.output, {options.path});
  });
  InstanceInput input = read_shared_instance(options.path, options.instance, options.time_limit, world);
  if (world.is_root() && !options.quiet)
    for (const std::string& warning : input.instance.warnings) std::cerr << fmt::format("warning: {}\n", warning);
  SolveOptions rest = options;
  rest.time_limit = input.time_limit;
  if (input.instance.program) return run_solve_program(rest, input.instance, world);
  return SolveRun(rest, std::move(input.instance), world).run();
}

}  // namespace isinglass
