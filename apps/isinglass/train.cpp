#include "agreement.hpp"
#include "commands.hpp"
#include "problem.hpp"
#include "run_summary.hpp"
#include "shared_config.hpp"
#include "terminal.hpp"
#include "version_text.hpp"

#include "config/writer.hpp"
#include "io/reporter.hpp"
#include "io/results_file.hpp"
#include "io/run_folder.hpp"
#include "io/trace.hpp"
#include "parallel/grid.hpp"
#include "solver/train.hpp"

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>

#include <fmt/format.h>

namespace isinglass {

namespace {

struct TrainOptions {
  ConfigSource source;
  bool fresh = false, json = false, quiet = false;
};

/// Seconds since it was made.
class Stopwatch {
public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Whether the run folder holds this run's results already. Changes nothing on disk. Collective.
bool is_finished(const RunFolder& folder, const Config& config, const Communicator& world) {
  std::int64_t finished = 0;
  together(world, [&] {
    if (world.is_root()) finished = inspect(folder, config) == RunState::finished ? 1 : 0;
  });
  world.all_max(std::span(&finished, 1));
  return finished == 1;
}

void tell_finished(const RunFolder& folder, const Config& config, const TrainOptions& options) {
  const RunResults results = read_results(folder.results());
  if (!options.quiet) {
    std::cout << fmt::format("{}: finished already, test accuracy {:.2f} %; --fresh starts anew\n", folder.directory.string(),
                             100 * results.test_accuracy);
  }
  if (!options.json) return;
  RunSummary summary{config, read_model(folder.results()).class_names, results};
  summary.is_repeated = true;
  std::cout << to_json(summary).dump() << std::endl;
}

/// What rank 0 keeps open while a run goes on.
struct RunFiles {
  Reporter reporter;
  TraceFile trace;
};

Screen screen_style(const TrainOptions& options) {
  if (options.quiet) return Screen::quiet;
  return terminal_width() ? Screen::progress : Screen::rows;
}

/// Makes the run folder, only now that configuration and data are known to be good. Rank 0 returns its files.
std::unique_ptr<RunFiles> open_run(const RunFolder& folder, const Config& config, const TrainOptions& options,
                                   const Communicator& world) {
  std::unique_ptr<RunFiles> files;
  together(world, [&] {
    if (!world.is_root()) return;
    const auto aside = options.fresh ? set_aside(folder) : std::nullopt;
    create(folder, config);
    files.reset(
        new RunFiles{Reporter(folder.log(), std::cout, screen_style(options), plan_of(config), terminal_width().value_or(80)),
                     TraceFile(folder.trace())});
    if (aside) files->reporter.note(fmt::format("moved the earlier run to {}", aside->string()));
  });
  return files;
}

Model to_model(const Config& config, const Problem& problem, NetworkBits bits) {
  const DataSplits& data = problem.data;
  return {to_yaml(config), problem.architecture, std::move(bits), data.class_names, data.center, data.rows, data.columns};
}

/// Trains and returns the model and its numbers, the same on every rank. Collective.
TrainingOutput run_training(const Config& config, const Problem& problem, const Grid& grid, RunFiles* files) {
  const Report report = [files](const HistoryRow& row) {
    files->trace.append(row);
    files->reporter.report(row);
  };
  return train({config, problem.architecture, problem.data, grid, grid.is_coordinator() ? report : Report{}});
}

ExitCode run_train(const TrainOptions& options, const Communicator& world) {
  const Stopwatch watch;
  const Config config = shared_config(options.source, world);
  const RunFolder folder{config.output.directory};
  if (!options.fresh && is_finished(folder, config, world)) {
    if (world.is_root()) tell_finished(folder, config, options);
    return ExitCode::done;
  }
  Grid grid;
  together(world, [&] { grid = make_grid(world, config.parallel.replica_groups); });
  const Problem problem = load_problem(config, grid.group, world);
  const double data_seconds = watch.seconds();

  const std::unique_ptr<RunFiles> files = open_run(folder, config, options, world);
  const RunFacts facts = gather_facts(config, problem, options.source.path, grid);
  if (files) files->reporter.start(to_banner(facts), to_yaml(config));

  TrainingOutput output = run_training(config, problem, grid, files.get());
  output.results.data_seconds = data_seconds;
  output.results.wall_seconds = watch.seconds();
  together(world, [&] {
    if (files) write_results(folder.results(), to_model(config, problem, output.bits), output.results, to_provenance(facts));
  });
  if (!files) return ExitCode::done;

  files->reporter.finish(output.results, {folder.results(), folder.trace(), folder.config(), folder.log()});
  if (options.json) {
    RunSummary summary{config, problem.data.class_names, output.results};
    summary.ranks = world.size();
    std::cout << to_json(summary).dump() << std::endl;
  }
  return ExitCode::done;
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("train", "train the network of a configuration and write its run folder");
  auto options = std::make_shared<TrainOptions>();
  command->add_option("CONFIG", options->source.path, "configuration file, YAML; `isinglass defaults` prints all keys")
      ->type_name("FILE")
      ->required();
  command->add_option("--output", options->source.output, "run folder (default: output.directory of the configuration)")
      ->type_name("DIR");
  command
      ->add_option("--set", options->source.overrides,
                   "sets a key of the configuration, for example --set qcgd.iterations=40; repeatable (default: none)")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--fresh", options->fresh,
                    "rename an existing run folder to NAME.1, NAME.2, ... and start anew (default: off)");
  command->add_flag("--json", options->json, json_help);
  command->add_flag("--quiet", options->quiet,
                    "show nothing but errors and --json; run.log still has everything (default: off)");
  command->callback(
      [&action, options] { action = [options](const Communicator& world) { return run_train(*options, world); }; });
}

}  // namespace isinglass
