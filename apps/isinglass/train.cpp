#include "commands.hpp"
#include "shared_config.hpp"
#include "train_run.hpp"

#include "run/run_control.hpp"

#include <memory>
#include <string>

namespace isinglass {

namespace {

struct TrainOptions {
  ConfigSource source;
  bool fresh = false, json = false, quiet = false;
  std::string max_hours;
};

ExitCode run_train(const TrainOptions& options, const parallel::Communicator& world) {
  run::RunOptions run;
  run.config_path = options.source.path;
  run.fresh = options.fresh;
  run.max_hours = run::shared_max_hours(options.max_hours, world);
  return train_and_tell(shared_config(options.source, world), run, options.json, options.quiet, world);
}

}  // namespace

void add_train(CommandLine& line) {
  const Command command =
      line.add("train", "train the network of a configuration, or go on with it, and write its run folder");
  auto options = std::make_shared<TrainOptions>();
  command.text("CONFIG", options->source.path, "configuration file, YAML; `isinglass defaults` prints all keys")
      .type("FILE")
      .required();
  command.text("--output", options->source.output, "run folder (default: output.directory of the configuration)")
      .type("DIR");
  command.set_option(options->source.overrides, "the configuration", "qcgd.iterations=40");
  command.max_hours_option(options->max_hours);
  command.flag("--fresh", options->fresh,
               "rename an existing run folder to NAME.1, NAME.2, ... and start anew (default: off)");
  command.json_flag(options->json);
  command.flag("--quiet", options->quiet,
               "show nothing but errors and --json; run.log still has everything (default: off)");
  command.run([options](const parallel::Communicator& world) { return run_train(*options, world); });
}

}  // namespace isinglass
