#include "train_run.hpp"

#include "json_text.hpp"

#include "base/terminal.hpp"

#include <iostream>

#include <fmt/format.h>

namespace isinglass {

namespace {

nlohmann::ordered_json to_json(const RunEnd& end, const Config& config, const Communicator& world) {
  if (end.code == ExitCode::unfinished)
    return {{"finished", false}, {"stop_reason", end.stop_reason}, {"output_directory", config.output.directory}};
  const RunResults& results = end.results;
  nlohmann::ordered_json json;
  for_each_number([&](const ResultField& field, auto member) { json[field.name] = results.*member; });
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

ExitCode train_and_tell(const Config& config, RunOptions options, bool json, bool quiet, const Communicator& world) {
  const std::optional<int> width = terminal_width();
  options.style = quiet ? Screen::quiet : width ? Screen::progress : Screen::rows;
  options.screen_width = width.value_or(80);
  const RunEnd end = run_training(config, options, std::cout, world);
  if (world.is_root() && end.is_repeated && !quiet)
    std::cout << fmt::format("{}: finished already, test accuracy {:.2f} %; --fresh starts anew\n",
                             config.output.directory, 100 * end.results.test_accuracy);
  if (world.is_root() && json) std::cout << json_text(to_json(end, config, world)) << std::endl;
  if (end.failure) throw *end.failure;
  return end.code;
}

}  // namespace isinglass
