#include "commands.hpp"
#include "json_text.hpp"
#include "train_run.hpp"

#include "base/clock.hpp"
#include "parallel/agreement.hpp"
#include "run/run_control.hpp"
#include "sweep/collect.hpp"
#include "sweep/fates.hpp"
#include "sweep/run_points.hpp"
#include "sweep/sweep_reader.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
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
sweep::Sweep shared_sweep(const std::string& path, const parallel::Communicator& world) {
  sweep::Sweep sweep;
  together(world, [&] {
    if (world.is_root()) sweep = sweep::read_sweep(path);
  });
  const std::string text = world.broadcast(sweep.text, 0);
  const std::string base_text = world.broadcast(sweep.base_text, 0);
  if (world.is_root()) return sweep;
  sweep = sweep::parse_sweep(text, path);
  sweep.base_text = base_text;
  return sweep;
}

void print_list(const std::vector<sweep::SweepPoint>& points, const std::vector<sweep::PointState>& states) {
  std::size_t width = 9, folder_width = 6;
  for (const sweep::SweepPoint& point : points) {
    width = std::max(width, sweep::to_text(point).size());
    folder_width = std::max(folder_width, point.folder.string().size());
  }
  constexpr const char* format = "{:>5}  {:<{}}  {:<{}}  {}\n";
  std::cout << fmt::format(format, "point", "overrides", width, "folder", folder_width, "state");
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::cout << fmt::format(format, points[i].number, sweep::to_text(points[i]), width, points[i].folder.string(),
                             folder_width, sweep::to_text(states[i]));
  }
}

nlohmann::ordered_json to_json(const sweep::SweepPoint& point, const sweep::PointState& state) {
  nlohmann::ordered_json overrides = nlohmann::ordered_json::object();
  for (const auto& [key, value] : point.overrides) overrides[key] = value;
  return {{"point", point.number},
          {"overrides", overrides},
          {"folder", point.folder.string()},
          {"state", sweep::to_text(state)}};
}

/// Prints all points; throws InputError with what is wrong with their folders.
void list_points(const sweep::Sweep& sweep, const SweepOptions& options) {
  std::vector<sweep::SweepPoint> points;
  std::vector<sweep::PointState> states;
  std::string errors;
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (std::int64_t number = 1; number <= sweep::point_count(sweep); ++number) {
    points.push_back(sweep::point_of(sweep, number));
    states.push_back(sweep::state_of(sweep, points.back()));
    rows.push_back(to_json(points.back(), states.back()));
    if (!states.back().error.empty()) errors += (errors.empty() ? "" : "\n") + states.back().error;
  }
  if (!options.quiet) print_list(points, states);
  if (options.json) std::cout << json_text({{"count", points.size()}, {"points", rows}}) << std::endl;
  if (!errors.empty()) throw InputError(errors);
}

void print_count(const sweep::Sweep& sweep, const SweepOptions& options) {
  const std::int64_t count = sweep::point_count(sweep);
  std::cout << (options.json ? json_text({{"count", count}}) : fmt::format("{}", count)) << std::endl;
}

ExitCode list_sweep(const sweep::Sweep& sweep, const SweepOptions& options, const parallel::Communicator& world) {
  together(world, [&] {
    if (world.is_root()) options.count ? print_count(sweep, options) : list_points(sweep, options);
  });
  return ExitCode::done;
}

/// One point on all ranks of the job.
ExitCode run_point(const sweep::Sweep& sweep, const SweepOptions& options, const parallel::Communicator& world) {
  sweep::SweepPoint point;
  config::Config config;
  together(world, [&] {
    point = sweep::point_of(sweep, options.point);
    config = sweep::config_of(sweep, point);
  });
  run::RunOptions run;
  run.config_path = fmt::format("{}, point {}", options.path, point.number);
  run.max_hours = run::shared_max_hours(options.max_hours, world);
  return train_and_tell(config, run, options.json, options.quiet, world);
}

/// Fates as JSON, with the numbers of the points and the texts of the failures.
nlohmann::ordered_json to_json(const sweep::Sweep& sweep, const sweep::Fates& found) {
  nlohmann::ordered_json failed = nlohmann::ordered_json::array();
  for (const std::int64_t number : found.numbers_of(sweep::Fate::failed)) {
    failed.push_back({{"point", number},
                      {"folder", sweep::point_of(sweep, number).folder.string()},
                      {"error", found.texts[static_cast<std::size_t>(number - 1)]}});
  }
  std::vector<std::int64_t> unfinished;
  std::ranges::merge(found.numbers_of(sweep::Fate::open), found.numbers_of(sweep::Fate::stopped),
                     std::back_inserter(unfinished));
  return {{"points", sweep::point_count(sweep)},
          {"finished", found.count(sweep::Fate::finished) + found.count(sweep::Fate::finished_before)},
          {"finished_before", found.count(sweep::Fate::finished_before)},
          {"failed", failed},
          {"unfinished", unfinished},
          {"elsewhere", found.numbers_of(sweep::Fate::elsewhere)}};
}

/// Tells the fate of a point when it is known.
void tell(const sweep::Sweep& sweep, const SweepOptions& options, const sweep::SweepPoint& point, sweep::Fate fate,
          double seconds) {
  if (options.quiet) return;
  const char* word = fate == sweep::Fate::finished    ? "finished"
                     : fate == sweep::Fate::elsewhere ? "left to another process"
                     : fate == sweep::Fate::failed    ? "failed"
                                                      : "stopped";
  // mpirun may pass on what another rank said after what rank 0 says later, which with --json must be the last line.
  std::ostream& out = options.json ? std::cerr : std::cout;
  out << fmt::format("point {} of {}: {} after {:.1f} s  ({})\n", point.number, sweep::point_count(sweep), word,
                     seconds, sweep::to_text(point))
      << std::flush;
}

/// All points that are not finished. Returns done if all points are finished now; throws AgreedError with the texts of
/// the failed points, of code unfinished if some points can go on, else error. Collective.
ExitCode run_sweep(const sweep::Sweep& sweep, const SweepOptions& options, const parallel::Communicator& world) {
  const Clock::time_point begin = Clock::now();
  const double max_hours = run::shared_max_hours(options.max_hours, world);
  const sweep::Fates found = sweep::run_points(sweep, {options.team_ranks, max_hours}, world,
                                               [&](const sweep::SweepPoint& point, sweep::Fate fate, double seconds) {
                                                 tell(sweep, options, point, fate, seconds);
                                               });
  if (world.is_root() && !options.quiet) std::cout << sweep::summary_of(sweep, found) << std::endl;
  if (world.is_root() && options.json) {
    nlohmann::ordered_json json = to_json(sweep, found);
    json["teams"] = world.size() / options.team_ranks;
    json["team_ranks"] = options.team_ranks;
    json["wall_seconds"] = seconds_since(begin);
    std::cout << json_text(json) << std::endl;
  }
  return sweep::conclude(sweep, found);
}

void print(const sweep::Collection& found, const std::vector<std::string>& written) {
  std::cout << fmt::format("{} of {} points are finished\n", found.rows.size(),
                           found.rows.size() + found.missing.size());
  if (!found.missing.empty()) std::cout << fmt::format("missing points: {}\n", sweep::number_list(found.missing));
  for (const std::string& name : written) std::cout << fmt::format("written: {}\n", name);
  std::cout << std::flush;
}

/// Merges the finished points and names the others. Returns done, or unfinished if some are missing; throws AgreedError
/// if a run folder cannot be used. Collective.
ExitCode collect_sweep(const sweep::Sweep& sweep, const SweepOptions& options, const parallel::Communicator& world) {
  std::int64_t missing = 0;
  together(world, [&] {
    if (!world.is_root()) return;
    const sweep::Collection found = sweep::collect(sweep);
    missing = static_cast<std::int64_t>(found.missing.size());
    std::vector<std::string> written;
    std::string failure;
    try {
      sweep::write_tables(sweep, found.rows, written);
    } catch (const SystemError& error) {  // what was found is told all the same
      failure = error.what();
    }
    if (!options.quiet) print(found, written);
    const nlohmann::ordered_json result{{"points", sweep::point_count(sweep)},
                                        {"finished", found.rows.size()},
                                        {"missing", found.missing},
                                        {"written", written}};
    if (options.json) std::cout << json_text(result) << std::endl;
    if (!failure.empty()) throw SystemError(failure + (found.errors.empty() ? "" : "\n") + found.errors);
    if (!found.errors.empty()) throw InputError(found.errors);
  });
  return world.all_sum(missing) == 0 ? ExitCode::done : ExitCode::unfinished;
}

ExitCode run_command(const SweepOptions& options, const parallel::Communicator& world) {
  const sweep::Sweep sweep = shared_sweep(options.path, world);
  if (options.list) return list_sweep(sweep, options, world);
  if (options.collect) return collect_sweep(sweep, options, world);
  return options.run ? run_sweep(sweep, options, world) : run_point(sweep, options, world);
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
  mode.number("--point", options->point, config::anything(), "run this point, on all ranks; exit codes as of train");
  const Option run = mode.flag("--run", options->run, "run all points that are not finished, in teams of ranks");
  mode.flag("--collect", options->collect, "merge the finished points into OUTPUT/sweep.csv and OUTPUT/sweep.h5");
  command.flag("--count", options->count, "with --list: print nothing but the number of points (default: off)")
      .needs(list);
  command
      .number("--team-ranks", options->team_ranks, config::at_least(1),
              "with --run: ranks that work on one point together; ranks that are left over idle (default: 1)")
      .needs(run)
      .type("RANKS");
  command.max_hours_option(options->max_hours);
  command.json_flag(options->json);
  command.quiet_flag(options->quiet);
  command.run([options](const parallel::Communicator& world) { return run_command(*options, world); });
}

}  // namespace isinglass
