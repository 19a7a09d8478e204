#include "run/reporter.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/input_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <ostream>

#include <fmt/format.h>

namespace isinglass::run {

namespace {

constexpr double progress_interval = 0.1;  // seconds

std::string percent(double fraction) { return std::isnan(fraction) ? "-" : fmt::format("{:.2f} %", 100 * fraction); }

/// 7.3s, 12m04s, 3h25m: short, and never more digits than it is worth.
std::string duration(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  const long whole = std::lround(seconds);
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{:.1f}s", seconds);
}

constexpr const char* row_format = "{:<8} {:>9} {:>6} {:>8} {:>8} {:>13} {:>10} {:>9} {:>9}";

}  // namespace

Reporter::Reporter(const std::filesystem::path& log, std::ostream& screen, Screen style,
                   std::vector<train::PlannedPhase> plan, int screen_width)
    : screen_(screen),
      style_(style),
      plan_(std::move(plan)),
      width_(static_cast<std::size_t>(std::max(screen_width, 20))) {
  std::error_code missing;
  // Opening a pipe in its place would wait for somebody who reads it.
  if (std::filesystem::exists(log, missing)) expect_regular_file(log, "a log");
  const bool is_continued = std::filesystem::file_size(log, missing) > 0 && !missing;
  log_.open(log, std::ios::app);
  if (!log_) throw SystemError(fmt::format("{}: cannot open the log: {}", log.string(), std::strerror(errno)));
  if (is_continued) print("", Target::log_only);
}

void Reporter::start(const Banner& banner, const std::string& config_yaml) {
  for (const auto& [label, value] : banner) print(fmt::format("{:<15} {}", label, value), Target::both);
  print("configuration", Target::log_only);
  for (std::size_t begin = 0; begin < config_yaml.size();) {
    const std::size_t end = std::min(config_yaml.find('\n', begin), config_yaml.size());
    print("  " + config_yaml.substr(begin, end - begin), Target::log_only);
    begin = end + 1;
  }
  const Target target = style_ == Screen::progress ? Target::log_only : Target::both;
  print("", target);
  print(fmt::format(row_format, "phase", "iteration", "done", "elapsed", "left", "objective", "violation", "train",
                    "valid."),
        target);
}

void Reporter::report(const train::HistoryRow& row) {
  if (row.phase != last_.phase) {
    // The last row of a phase is its result: always shown.
    if (!last_is_printed_) print_row(last_);
    phase_start_ = last_.wall_seconds;
    next_row_ = row.wall_seconds;
  }
  last_ = row;
  last_is_printed_ = false;
  if (row.wall_seconds >= next_row_) {
    print_row(row);
    next_row_ = next_row_after(row.wall_seconds);
  }
  if (style_ == Screen::progress && row.wall_seconds >= next_progress_) {
    show_progress(row);
    next_progress_ = row.wall_seconds + progress_interval;
  }
}

void Reporter::finish(const train::RunResults& results, const std::vector<std::filesystem::path>& written,
                      const std::string& traffic) {
  if (!last_is_printed_) print_row(last_);
  clear_progress();
  print("", Target::both);
  print(fmt::format("stopped: {}", results.stop_reason), Target::both);
  print(fmt::format("accuracy: training {}, validation {}, test {}; {:.3f} bits per parameter; {}",
                    percent(results.train_accuracy), percent(results.validation_accuracy),
                    percent(results.test_accuracy), results.bits_per_parameter, duration(results.wall_seconds)),
        Target::both);
  if (!traffic.empty()) print(traffic, Target::both);
  std::string files;
  for (const auto& file : written) files += (files.empty() ? "" : ", ") + file.string();
  print("written: " + files, Target::both);
}

void Reporter::note(const std::string& text) {
  clear_progress();
  print(text, Target::both);
}

void Reporter::print(const std::string& line, Target target) {
  // A log that cannot be written (full disk) does not end a run whose results may still find room elsewhere.
  // One that could not take a line may take the next.
  log_.clear();
  log_ << line << std::endl;
  if (target == Target::both && style_ != Screen::quiet) screen_ << line << std::endl;
}

void Reporter::print_row(const train::HistoryRow& row) {
  const double fraction = phase_fraction(row);
  const std::string line = fmt::format(
      row_format, row.phase, row.iteration, std::isnan(fraction) ? "-" : fmt::format("{:.0f} %", 100 * fraction),
      duration(row.wall_seconds), duration(seconds_left(row)), fmt::format("{:.6g}", row.incumbent_objective),
      row.phase == name_of(config::PhaseName::qcgd) ? fmt::format("{:.4g}", row.violation) : "-",
      percent(row.train_accuracy), percent(row.validation_accuracy));
  print(line, style_ == Screen::progress ? Target::log_only : Target::both);
  last_is_printed_ = true;
}

void Reporter::show_progress(const train::HistoryRow& row) {
  const double fraction = std::isnan(phase_fraction(row)) ? 0 : phase_fraction(row);
  constexpr std::size_t bar_width = 20;
  const auto filled = static_cast<std::size_t>(std::lround(fraction * bar_width));
  const std::string bar = std::string(filled, '#') + std::string(bar_width - filled, '.');
  const std::string line =
      fmt::format("{} [{}] {:.0f} %, {} left, objective {:.6g}, training {}, validation {}", row.phase, bar,
                  100 * fraction, duration(seconds_left(row)), row.incumbent_objective, percent(row.train_accuracy),
                  percent(row.validation_accuracy));
  screen_ << '\r' << line.substr(0, width_ - 1) << "\x1b[K" << std::flush;
}

void Reporter::clear_progress() {
  if (style_ == Screen::progress && !last_.phase.empty()) screen_ << "\r\x1b[K" << std::flush;
}

double Reporter::phase_fraction(const train::HistoryRow& row) const {
  const auto phase = std::find_if(plan_.begin(), plan_.end(),
                                  [&](const train::PlannedPhase& p) { return name_of(p.name) == row.phase; });
  if (phase == plan_.end()) return std::nan("");
  return std::clamp(static_cast<double>(row.iteration) / static_cast<double>(phase->steps), 0.0, 1.0);
}

double Reporter::seconds_left(const train::HistoryRow& row) const {
  const double fraction = phase_fraction(row);
  return fraction > 0 ? (row.wall_seconds - phase_start_) * (1 - fraction) / fraction : std::nan("");
}

}  // namespace isinglass::run
