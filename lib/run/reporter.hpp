#pragma once

#include "train/plan.hpp"
#include "train/results.hpp"

#include <filesystem>
#include <fstream>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace isinglass::run {

/// How much the screen shows while a run goes on. The log gets everything in each case.
enum class Screen {
  quiet,     ///< nothing
  rows,      ///< banner, table rows, last words: for files and pipes
  progress,  ///< banner, one line updated in place, last words: for terminals
};

/// Facts for the banner: a label and a value each, in order.
using Banner = std::vector<std::pair<std::string, std::string>>;

/// Tells the user how a run goes: run.log, and the screen. Reads no clock: time is wall_seconds of the rows.
class Reporter {
public:
  /// Appends to `log`, after a blank line if it holds an earlier run. `screen_width` (columns) cuts the progress line.
  Reporter(const std::filesystem::path& log, std::ostream& screen, Screen style, std::vector<train::PlannedPhase> plan,
           int screen_width = 80);

  /// The banner, the resolved configuration (log only), and the head of the table.
  void start(const Banner& banner, const std::string& config_yaml);
  /// A finished iteration: a table row if one is due. The interval grows with the run, from 1 s to 10 min.
  void report(const train::HistoryRow& row);
  /// The last row if it is not shown yet, why the run stopped, its numbers, and the files it wrote.
  /// `traffic`: what the ranks exchanged; empty for one rank.
  void finish(const train::RunResults& results, const std::vector<std::filesystem::path>& written,
              const std::string& traffic);
  /// A line for log and screen.
  void note(const std::string& text);

private:
  enum class Target { log_only, both };
  void print(const std::string& line, Target target);
  void print_row(const train::HistoryRow& row);
  void show_progress(const train::HistoryRow& row);
  void clear_progress();
  [[nodiscard]] double phase_fraction(const train::HistoryRow& row) const;
  [[nodiscard]] double seconds_left(const train::HistoryRow& row) const;

  std::ofstream log_;
  std::ostream& screen_;
  Screen style_;
  std::vector<train::PlannedPhase> plan_;
  std::size_t width_;
  train::HistoryRow last_;  // of the run; empty phase: none yet
  double phase_start_ = 0;  // wall seconds
  double next_row_ = 0;     // wall seconds at which a table row is due
  double next_progress_ = 0;
  bool last_is_printed_ = true;
};

}  // namespace isinglass::run
