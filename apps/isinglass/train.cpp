#include "commands.hpp"
#include "max_hours.hpp"
#include "shared_config.hpp"
#include "train_run.hpp"

#include <memory>
#include <string>

namespace isinglass {

namespace {

struct TrainOptions {
  ConfigSource source;
  RunOptions run;
  std::string max_hours;
};

ExitCode run_train(const TrainOptions& options, const Communicator& world) {
  RunOptions run = options.run;
  run.config_path = options.source.path;
  run.max_hours = shared_max_hours(options.max_hours, world);
  return run_training(shared_config(options.source, world), run, world);
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("train", "train the network of a configuration, or go on with it, and write its run folder");
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
  command->add_option("--max-hours", options->max_hours, max_hours_help)->type_name("HOURS|job");
  command->add_flag("--fresh", options->run.fresh,
                    "rename an existing run folder to NAME.1, NAME.2, ... and start anew (default: off)");
  command->add_flag("--json", options->run.json, json_help);
  command->add_flag("--quiet", options->run.quiet,
                    "show nothing but errors and --json; run.log still has everything (default: off)");
  command->callback(
      [&action, options] { action = [options](const Communicator& world) { return run_train(*options, world); }; });
}

}  // namespace isinglass
