#include "commands.hpp"
#include "json_text.hpp"

#include "config/reader.hpp"
#include "parallel/agreement.hpp"
#include "run/results_file.hpp"
#include "run/run_folder.hpp"
#include "run/trace.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace isinglass {

namespace {

struct StatusOptions {
  std::vector<std::string> directories;
  bool json = false;
};

/// One line of the table.
struct Status {
  std::string directory, state = "empty", method = "-";
  train::HistoryRow row;  ///< the last one; empty phase: none
  double train = std::nan(""), validation = std::nan(""), test = std::nan("");
};

Status status_of(const std::string& directory) {
  const run::RunFolder folder{directory};
  if (!std::filesystem::is_directory(directory)) throw InputError(fmt::format("{}: no such folder", directory));
  Status status;
  status.directory = directory;
  if (!folder.holds_run()) return status;
  std::vector<train::HistoryRow> rows;
  if (folder.holds_results()) {
    const train::RunResults results = run::read_results(folder.results());
    status.state = "finished";
    status.method = name_of(config::parse_config(run::read_model(folder.results()).config_yaml,
                                                 folder.results().string(), {}, config::ConfigUse::stored)
                                .method);
    status.test = results.test_accuracy;
    status.train = results.train_accuracy;
    status.validation = results.validation_accuracy;
    rows = results.history;
  } else {
    status.state = "unfinished";
    status.method = name_of(config::read_config(folder.config(), {}, config::ConfigUse::stored).method);
    rows = run::read_trace(folder.trace());
    if (!rows.empty()) status.train = rows.back().train_accuracy;
    if (!rows.empty()) status.validation = rows.back().validation_accuracy;
  }
  if (!rows.empty()) status.row = rows.back();
  return status;
}

std::string percent(double fraction) { return std::isnan(fraction) ? "-" : fmt::format("{:.2f} %", 100 * fraction); }

nlohmann::ordered_json to_json(const Status& status) {
  return {{"directory", status.directory},     {"state", status.state},
          {"method", status.method},           {"phase", status.row.phase},
          {"iteration", status.row.iteration}, {"wall_seconds", status.row.wall_seconds},
          {"train_accuracy", status.train},    {"validation_accuracy", status.validation},
          {"test_accuracy", status.test}};
}

void print_table(const std::vector<Status>& all) {
  std::size_t width = 9;
  for (const Status& status : all) width = std::max(width, status.directory.size());
  constexpr const char* format = "{:<{}}  {:<10}  {:<7}  {:<7}  {:>9}  {:>9}  {:>10}  {:>9}\n";
  std::cout << fmt::format(format, "directory", width, "state", "method", "phase", "iteration", "training",
                           "validation", "test");
  for (const Status& s : all) {
    std::cout << fmt::format(format, s.directory, width, s.state, s.method, s.row.phase.empty() ? "-" : s.row.phase,
                             s.row.iteration, percent(s.train), percent(s.validation), percent(s.test));
  }
}

ExitCode run_status(const StatusOptions& options, const parallel::Communicator& world) {
  parallel::together(world, [&] {
    if (!world.is_root()) return;
    std::vector<Status> all;
    std::string errors;
    for (const std::string& directory : options.directories) {
      try {
        all.push_back(status_of(directory));
      } catch (const InputError& error) {  // one bad folder does not hide the others
        errors += fmt::format("{}{}", errors.empty() ? "" : "\n", error.what());
      }
    }
    if (!all.empty()) print_table(all);
    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const Status& status : all) runs.push_back(to_json(status));
    if (options.json) std::cout << json_text({{"runs", runs}}) << std::endl;
    if (!errors.empty()) throw InputError(errors);
  });
  return ExitCode::done;
}

}  // namespace

void add_status(CommandLine& line) {
  const Command command = line.add("status", "state, progress and accuracies of run folders");
  auto options = std::make_shared<StatusOptions>();
  command.texts("DIR", options->directories, "run folders").type("FOLDER").required();
  command.json_flag(options->json);
  command.run([options](const parallel::Communicator& world) { return run_status(*options, world); });
}

}  // namespace isinglass
