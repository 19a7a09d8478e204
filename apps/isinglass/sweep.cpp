#include "commands.hpp"
#include "json_text.hpp"
#include "sweep_modes.hpp"
#include "train_run.hpp"

#include "parallel/agreement.hpp"
#include "run/max_hours.hpp"
#include "sweep/point_state.hpp"
#include "sweep/sweep_reader.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace isinglass {

namespace {

struct SweepOptions {
  std::string path, max_hours;
  bool list = false, count = false, run = false, collect = false, json = false, quiet = false;
  std::int64_t point = 0;
  int team_ranks = 1;
};

/// Read and checked by rank 0 alone, so that all ranks have the same one whatever their file systems show. AgreedError.
/// Collective.
Sweep shared_sweep(const std::string& path, const Communicator& world) {
  Sweep sweep;
  together(world, [&] {
    if (world.is_root()) sweep = read_sweep(path);
  });
  const std::string text = world.broadcast(sweep.text, 0);
  const std::string base_text = world.broadcast(sweep.base_text, 0);
  if (world.is_root()) return sweep;
  sweep = parse_sweep(text, path);
  sweep.base_text = base_text;
  return sweep;
}

void print_list(const std::vector<SweepPoint>& points, const std::vector<PointState>& states) {
  std::size_t width = 9, folder_width = 6;
  for (const SweepPoint& point : points) {
    width = std::max(width, to_text(point).size());
    folder_width = std::max(folder_width, point.folder.string().size());
  }
  constexpr const char* format = "{:>5}  {:<{}}  {:<{}}  {}\n";
  std::cout << fmt::format(format, "point", "overrides", width, "folder", folder_width, "state");
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::cout << fmt::format(format, points[i].number, to_text(points[i]), width, points[i].folder.string(),
                             folder_width, to_text(states[i]));
  }
}

nlohmann::ordered_json to_json(const SweepPoint& point, const PointState& state) {
  nlohmann::ordered_json overrides = nlohmann::ordered_json::object();
  for (const auto& [key, value] : point.overrides) overrides[key] = value;
  return {
      {"point", point.number}, {"overrides", overrides}, {"folder", point.folder.string()}, {"state", to_text(state)}};
}

/// Prints all points; throws InputError with what is wrong with their folders.
void list_points(const Sweep& sweep, const SweepOptions& options) {
  std::vector<SweepPoint> points;
  std::vector<PointState> states;
  std::string errors;
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (std::int64_t number = 1; number <= point_count(sweep); ++number) {
    points.push_back(point_of(sweep, number));
    states.push_back(state_of(sweep, points.back()));
    rows.push_back(to_json(points.back(), states.back()));
    if (!states.back().error.empty()) errors += (errors.empty() ? "" : "\n") + states.back().error;
  }
  if (!options.quiet) print_list(points, states);
  if (options.json) std::cout << json_text({{"count", points.size()}, {"points", rows}}) << std::endl;
  if (!errors.empty()) throw InputError(errors);
}

void print_count(const Sweep& sweep, const SweepOptions& options) {
  const std::int64_t count = point_count(sweep);
  std::cout << (options.json ? json_text({{"count", count}}) : fmt::format("{}", count)) << std::endl;
}

ExitCode list_sweep(const Sweep& sweep, const SweepOptions& options, const Communicator& world) {
  together(world, [&] {
    if (world.is_root()) options.count ? print_count(sweep, options) : list_points(sweep, options);
  });
  return ExitCode::done;
}

/// One point on all ranks of the job.
ExitCode run_point(const Sweep& sweep, const SweepOptions& options, const Communicator& world) {
  SweepPoint point;
  Config config;
  together(world, [&] {
    point = point_of(sweep, options.point);
    config = config_of(sweep, point);
  });
  RunOptions run;
  run.config_path = fmt::format("{}, point {}", options.path, point.number);
  run.max_hours = shared_max_hours(options.max_hours, world);
  return train_and_tell(config, run, options.json, options.quiet, world);
}

ExitCode run_command(const SweepOptions& options, const Communicator& world) {
  const Sweep sweep = shared_sweep(options.path, world);
  if (options.list) return list_sweep(sweep, options, world);
  if (options.collect) return collect_sweep(sweep, options.json, options.quiet, world);
  if (!options.run) return run_point(sweep, options, world);
  const double max_hours = shared_max_hours(options.max_hours, world);
  return run_sweep(sweep, {options.team_ranks, max_hours, options.json, options.quiet}, world);
}

}  // namespace

void add_sweep(CommandLine& line) {
  const Command command = line.add("sweep", "many runs of one configuration that differ in some keys");
  auto options = std::make_shared<SweepOptions>();
  command.text("SWEEP", options->path, "sweep file, YAML: base configuration, output folder, axes")
      .type("FILE")
      .required();
  const Command mode = command.exactly_one("mode");
  const Option list = mode.flag("--list", options->list, "print the points with their folders and states");
  mode.number("--point", options->point, anything(), "run this point, on all ranks; exit codes as of train");
  const Option run = mode.flag("--run", options->run, "run all points that are not finished, in teams of ranks");
  mode.flag("--collect", options->collect, "merge the finished points into OUTPUT/sweep.csv and OUTPUT/sweep.h5");
  command.flag("--count", options->count, "with --list: print nothing but the number of points (default: off)")
      .needs(list);
  command
      .number("--team-ranks", options->team_ranks, at_least(1),
              "with --run: ranks that work on one point together; ranks that are left over idle (default: 1)")
      .needs(run)
      .type("RANKS");
  command.max_hours_option(options->max_hours);
  command.json_flag(options->json);
  command.quiet_flag(options->quiet);
  command.run([options](const Communicator& world) { return run_command(*options, world); });
}

}  // namespace isinglass
