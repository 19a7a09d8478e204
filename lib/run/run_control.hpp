#pragma once

#include "base/clock.hpp"
#include "config/config.hpp"
#include "parallel/communicator.hpp"
#include "parallel/grid.hpp"
#include "run/run_folder.hpp"
#include "train/input.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace isinglass::run {

/// Facts that a checkpoint holds besides the method's own state.
struct RunIdentity {
  std::string config_yaml;
  std::int64_t data_fingerprint = 0;
};

/// Decides between iterations whether to save and whether to stop, for all ranks alike, and saves. It must outlive the
/// Control it hands out.
class RunControl {
public:
  /// `max_seconds` from now, 0: no limit. `note` gets warnings, on the coordinator.
  RunControl(const RunFolder& folder, const config::Config& config, const parallel::Grid& grid, RunIdentity identity,
             double max_seconds, std::function<void(const std::string&)> note);

  [[nodiscard]] train::Control control();
  /// Whether a rank has been asked to stop, before the first iteration or later. Collective over grid.world.
  [[nodiscard]] bool stop_is_agreed();
  /// Why the run was stopped, in a few words; empty if it was not.
  [[nodiscard]] const std::string& stop_reason() const { return stop_reason_; }
  /// Whether that was a signal.
  [[nodiscard]] bool stopped_by_signal() const { return stop_reason_.starts_with("signal "); }
  /// Whether at least one iteration was done.
  [[nodiscard]] bool made_progress() const { return made_progress_; }

private:
  [[nodiscard]] std::string local_reason();
  [[nodiscard]] bool is_due() const;
  [[nodiscard]] bool finish_iteration(const train::Snapshot& snapshot, train::Keep keep);
  void leave(const train::Snapshot& snapshot);
  void save_at_stop(const train::Snapshot& snapshot);
  void save(train::TrainingState checkpoint);
  void await_next();

  RunFolder folder_;
  const config::Config& config_;
  const parallel::Grid& grid_;
  RunIdentity identity_;
  std::function<void(const std::string&)> note_;
  Clock::time_point begin_ = Clock::now(), last_save_ = begin_, last_look_ = begin_;
  double max_seconds_;
  std::int64_t since_save_ = 0;  // iterations since a checkpoint was tried
  std::int64_t unsaved_ = 0;     // iterations since one was written
  bool stop_file_seen_ = false, made_progress_ = false;
  std::string stop_reason_;
};

/// The longest time that a limit may name, about eleven years: clocks count nanoseconds in 64 bits.
inline constexpr double longest_hours = 100'000, longest_seconds = 3600 * longest_hours;

/// Reads the hours of --max-hours: a number; "job" for what is left of the Slurm job, `seconds_left`, less two minutes
/// or, for short jobs, a fifth; nothing: 0, no limit. Throws InputError for anything else, and where there is no job.
[[nodiscard]] double parse_max_hours(const std::string& text,
                                     const std::function<std::optional<double>()>& seconds_left);

/// Returns the hours that rank 0 reads, on all ranks. AgreedError. Collective.
[[nodiscard]] double shared_max_hours(const std::string& text, const parallel::Communicator& world);

}  // namespace isinglass::run
