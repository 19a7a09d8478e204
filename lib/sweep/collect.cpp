#include "sweep/collect.hpp"

#include "base/error.hpp"
#include "files/atomic_file.hpp"
#include "files/output_place.hpp"
#include "run/results_file.hpp"
#include "sweep/point_state.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace isinglass::sweep {

Collection collect(const Sweep& sweep) {
  Collection found;
  for (std::int64_t number = 1; number <= point_count(sweep); ++number) {
    SweepPoint point = point_of(sweep, number);
    const PointState state = state_of(sweep, point);
    if (!state.error.empty()) found.errors += (found.errors.empty() ? "" : "\n") + state.error;
    if (state.state != run::RunState::finished) {
      found.missing.push_back(number);
      continue;
    }
    try {
      train::RunResults results = run::read_results(run::RunFolder{point.folder}.results());
      results.history.clear();  // not in the table, and long
      found.rows.push_back({std::move(point), std::move(results)});
    } catch (const InputError& error) {  // one bad file does not hide the others
      found.missing.push_back(number);
      found.errors += (found.errors.empty() ? "" : "\n") + std::string(error.what());
    }
  }
  return found;
}

void write_tables(const Sweep& sweep, const std::vector<SweepRow>& rows, std::vector<std::string>& written) {
  if (rows.empty()) return;
  const std::filesystem::path csv = sweep.output / "sweep.csv", h5 = sweep.output / "sweep.h5";
  for (const std::filesystem::path& path : {csv, h5}) files::expect_output_place(path, {sweep.path});
  files::write_text_atomically(csv, to_csv(sweep, rows));
  written.push_back(csv.string());
  write_sweep_results(h5, sweep, rows);
  written.push_back(h5.string());
}

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

}  // namespace isinglass::sweep
