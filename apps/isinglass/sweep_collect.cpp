#include "json_text.hpp"
#include "sweep_modes.hpp"

#include "files/atomic_file.hpp"
#include "files/output_place.hpp"
#include "parallel/agreement.hpp"
#include "run/results_file.hpp"
#include "sweep/point_state.hpp"
#include "sweep/sweep_table.hpp"

#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace isinglass {

namespace {

/// Contents of the run folders.
struct Collection {
  std::vector<SweepRow> rows;
  std::vector<std::int64_t> missing;
  std::string errors;  ///< of folders that cannot be used
};

Collection gather(const Sweep& sweep) {
  Collection found;
  for (std::int64_t number = 1; number <= point_count(sweep); ++number) {
    SweepPoint point = point_of(sweep, number);
    const PointState state = state_of(sweep, point);
    if (!state.error.empty()) found.errors += (found.errors.empty() ? "" : "\n") + state.error;
    if (state.state != RunState::finished) {
      found.missing.push_back(number);
      continue;
    }
    try {
      RunResults results = read_results(RunFolder{point.folder}.results());
      results.history.clear();  // not in the table, and long
      found.rows.push_back({std::move(point), std::move(results)});
    } catch (const InputError& error) {  // one bad file does not hide the others
      found.missing.push_back(number);
      found.errors += (found.errors.empty() ? "" : "\n") + std::string(error.what());
    }
  }
  return found;
}

/// Writes the tables unless there is nothing for them, and appends the names of those that are there to `written`.
void write_tables(const Sweep& sweep, const std::vector<SweepRow>& rows, std::vector<std::string>& written) {
  if (rows.empty()) return;
  const std::filesystem::path csv = sweep.output / "sweep.csv", h5 = sweep.output / "sweep.h5";
  for (const std::filesystem::path& path : {csv, h5}) expect_output_place(path, {sweep.path});
  write_text_atomically(csv, to_csv(sweep, rows));
  written.push_back(csv.string());
  write_sweep_results(h5, sweep, rows);
  written.push_back(h5.string());
}

void print(const Collection& found, const std::vector<std::string>& written) {
  std::cout << fmt::format("{} of {} points are finished\n", found.rows.size(),
                           found.rows.size() + found.missing.size());
  if (!found.missing.empty()) std::cout << fmt::format("missing points: {}\n", number_list(found.missing));
  for (const std::string& name : written) std::cout << fmt::format("written: {}\n", name);
  std::cout << std::flush;
}

}  // namespace

std::string number_list(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", numbers[i]);
    if (last > i) text += fmt::format("-{}", numbers[last]);
    i = last + 1;
  }
  return text;
}

ExitCode collect_sweep(const Sweep& sweep, bool json, bool quiet, const Communicator& world) {
  std::int64_t missing = 0;
  together(world, [&] {
    if (!world.is_root()) return;
    const Collection found = gather(sweep);
    missing = static_cast<std::int64_t>(found.missing.size());
    std::vector<std::string> written;
    std::string failure;
    try {
      write_tables(sweep, found.rows, written);
    } catch (const SystemError& error) {  // what was found is told all the same
      failure = error.what();
    }
    if (!quiet) print(found, written);
    const nlohmann::ordered_json result{{"points", point_count(sweep)},
                                        {"finished", found.rows.size()},
                                        {"missing", found.missing},
                                        {"written", written}};
    if (json) std::cout << json_text(result) << std::endl;
    if (!failure.empty()) throw SystemError(failure + (found.errors.empty() ? "" : "\n") + found.errors);
    if (!found.errors.empty()) throw InputError(found.errors);
  });
  return world.all_sum(missing) == 0 ? ExitCode::done : ExitCode::unfinished;
}

}  // namespace isinglass
