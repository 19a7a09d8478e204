#include "train_run.hpp"

#include "json_text.hpp"

#include "base/terminal.hpp"

#include <iostream>

#include <fmt/format.h>

namespace isinglass {

namespace {

nlohmann::ordered_json to_json(const run::RunEnd& end, const config::Config& config,
                               const parallel::Communicator& world) {
  if (end.code == ExitCode::unfinished)
    return {{"finished", false}, {"stop_reason", end.stop_reason}, {"output_directory", config.output.directory}};
  const train::RunResults& results = end.results;
  nlohmann::ordered_json json;
  train::for_each_number([&](const train::ResultField& field, auto member) { json[field.name] = results.*member; });
  json["iterations"] = results.history.empty() ? 0 : results.history.back().iteration;
  json["method"] = name_of(config.method);
  json["seed"] = config.seed;
  json["classes"] = end.class_names;
  json["ranks"] = nullptr;  // unknown for the results of an earlier command
  json["replica_groups"] = config.parallel.replica_groups;
  json["stop_reason"] = results.stop_reason;
  json["finished_before"] = end.is_repeated;
  json["output_directory"] = config.output.directory;
  if (!end.is_repeated) json["ranks"] = world.size();
  return json;
}

}  // namespace

ExitCode train_and_tell(const config::Config& config, run::RunOptions options, bool json, bool quiet,
                        const parallel::Communicator& world) {
  const std::optional<int> width = terminal_width();
  options.style = quiet ? run::Screen::quiet : width ? run::Screen::progress : run::Screen::rows;
  options.screen_width = width.value_or(80);
  const run::RunEnd end = run::run_training(config, options, std::cout, world);
  if (world.is_root() && end.is_repeated && !quiet)
    std::cout << fmt::format("{}: finished already, test accuracy {:.2f} %; --fresh starts anew\n",
                             config.output.directory, 100 * end.results.test_accuracy);
  if (world.is_root() && json) std::cout << json_text(to_json(end, config, world)) << std::endl;
  if (end.failure) throw *end.failure;
  return end.code;
}

}  // namespace isinglass
