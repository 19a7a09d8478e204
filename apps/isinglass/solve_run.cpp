#include "solve_run.hpp"

#include "json_text.hpp"
#include "solve_input.hpp"
#include "solve_report.hpp"

#include "base/stop_signal.hpp"
#include "base/version.hpp"
#include "files/output_place.hpp"
#include "ising/rounding.hpp"
#include "parallel/agreement.hpp"
#include "parallel/session.hpp"
#include "solve/solution_file.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace isinglass {

namespace {

bool stop_is_asked() { return stop_signal() != nullptr; }

/// One solve of a problem without constraints, from the instance to the files.
class SolveRun {
public:
  SolveRun(const SolveOptions& options, Instance instance, const Communicator& world);
  ExitCode run();

private:
  void announce(const Instance& instance) const;
  [[nodiscard]] SearchResult search_plainly(SolveProgress& progress) const;
  [[nodiscard]] TtsMeasurement measure(SolveProgress& progress) const;
  /// Energies of reads that keep their groups without the rounding of penalties that are 0 there.
  void drop_penalties(SearchResult& result) const;
  void write(const SearchResult& result) const;
  [[nodiscard]] std::optional<double> energy_target() const;

  const SolveOptions& options_;
  const Communicator& world_;
  MachineChoice choice_;
  std::unique_ptr<ProgrammedMachine> programmed_;
  std::chrono::steady_clock::time_point begin_;
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
  together(world, [&] { choice_ = choose_machine(options, std::move(instance.problem)); });
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

std::optional<double> SolveRun::energy_target() const {
  if (!options_.target) return std::nullopt;
  return goal_value(facts_.goal, *options_.target);
}

SearchResult SolveRun::search_plainly(SolveProgress& progress) const {
  SearchPlan plan;
  const std::int64_t by_default = options_.time_limit ? 0 : std::max(default_reads, choice_.machine->block());
  plan.reads = options_.reads > 0 ? options_.reads : by_default;
  plan.sweeps = options_.sweeps;
  if (plan.reads == 0 && plan.sweeps == 0) plan.effort = Effort::doubling;
  plan.seed = options_.seed;
  if (const auto target = energy_target()) plan.target = relaxed_target(choice_.problem, *target);
  plan.seconds = options_.time_limit;
  plan.stop_is_asked = stop_is_asked;
  if (!choice_.groups.empty())
    plan.is_solution = [groups = IsingProblem{choice_.problem.spins, {}, {}, 0, choice_.groups}](auto spins) {
      return keeps_groups(groups, spins);
    };
  plan.begin = begin_;
  return search(*choice_.machine, *programmed_, choice_.problem, plan, world_,
                [&](const SearchResult& so_far) { progress(so_far); });
}

TtsMeasurement SolveRun::measure(SolveProgress& progress) const {
  const TtsPlan plan{options_.tts, options_.sweeps, energy_target().value_or(0), options_.seed, stop_is_asked};
  const SearchReport report = [&](const SearchResult& so_far) { progress(so_far); };
  const auto run = options_.scan ? scan_sweeps : measure_tts;
  return run(*choice_.machine, *programmed_, choice_.problem, plan, world_, report);
}

void SolveRun::drop_penalties(SearchResult& result) const {
  for (Read& read : result.reads) read.energy = energy(*choice_.original, read.spins);
  if (result.best) result.best->energy = energy(*choice_.original, result.best->spins);
}

void SolveRun::write(const SearchResult& result) const {
  if (options_.output.empty()) return;
  const auto provenance = solve_provenance(world_);
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
  world_.barrier();
  begin_ = std::chrono::steady_clock::now();
  together(world_, [&] { programmed_ = choice_.machine->program(choice_.problem); });
  SolveProgress progress(facts_.goal, world_.is_root() && !options_.quiet);
  TtsMeasurement measurement;
  if (options_.tts > 0)
    measurement = measure(progress);
  else
    measurement.search = search_plainly(progress);
  SearchResult& result = measurement.search;
  if (choice_.original) drop_penalties(result);
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

std::vector<std::pair<std::string, std::string>> solve_provenance(const Communicator& world) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::vector<std::pair<std::string, std::string>> facts{
      {"version", version_line()},
      {"build", build_line()},
      {"written", fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(now))},
      {"hosts", host_summary(world)},
      {"ranks", fmt::format("{}", world.size())}};
  if (const char* job = std::getenv("SLURM_JOB_ID")) facts.emplace_back("job", job);
  return facts;
}

ExitCode run_solve(const SolveOptions& options, const Communicator& world) {
  together(world, [&] {
    if (world.is_root() && !options.output.empty()) expect_output_place(options.output, {options.path});
  });
  SolveInput input = read_solve_input(options, world);
  if (world.is_root() && !options.quiet)
    for (const std::string& warning : input.instance.warnings) std::cerr << fmt::format("warning: {}\n", warning);
  SolveOptions rest = options;
  rest.time_limit = input.time_limit;
  if (input.instance.program) return run_solve_program(rest, input.instance, world);
  return SolveRun(rest, std::move(input.instance), world).run();
}

}  // namespace isinglass
