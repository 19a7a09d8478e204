#include "run/run_control.hpp"

#include "base/clock.hpp"
#include "base/job_time.hpp"
#include "base/stop_signal.hpp"
#include "config/scalars.hpp"
#include "parallel/agreement.hpp"
#include "run/checkpoint.hpp"
#include "train/checkpoint_rules.hpp"

#include <optional>
#include <utility>

#include <algorithm>
#include <fmt/format.h>

namespace isinglass::run {

namespace {

/// Seconds between two looks for the file STOP: it may lie on a slow network file system.
constexpr double look_interval = 0.5;

}  // namespace

RunControl::RunControl(const RunFolder& folder, const config::Config& config, const parallel::Grid& grid,
                       RunIdentity identity, double max_seconds, std::function<void(const std::string&)> note)
    : folder_(folder),
      config_(config),
      grid_(grid),
      identity_(std::move(identity)),
      note_(std::move(note)),
      max_seconds_(max_seconds) {
  if (grid_.is_coordinator()) stop_file_seen_ = std::filesystem::exists(folder_.stop_file());
}

train::Control RunControl::control() {
  return {.stop_is_asked = [this] { return !local_reason().empty(); },
          .iteration_done = [this](const train::Snapshot& snapshot,
                                   train::Keep keep) { return finish_iteration(snapshot, keep); },
          .interrupted = [this](const train::Snapshot& snapshot) { leave(snapshot); }};
}

/// Why this rank wants to stop. Each rank gets its own signals; the file is looked for by the coordinator alone.
std::string RunControl::local_reason() {
  if (const char* name = stop_signal()) return fmt::format("signal {}", name);
  if (max_seconds_ > 0 && seconds_since(begin_) >= max_seconds_) return "the time of --max-hours is over";
  if (grid_.is_coordinator() && !stop_file_seen_ && seconds_since(last_look_) >= look_interval) {
    last_look_ = Clock::now();
    stop_file_seen_ = std::filesystem::exists(folder_.stop_file());
  }
  if (stop_file_seen_) return fmt::format("there is a file {}; remove it to go on", folder_.stop_file().string());
  return "";
}

/// The reason of the lowest rank that has one, on all ranks.
bool RunControl::stop_is_agreed() {
  const std::string reason = local_reason();
  const auto agreed = parallel::first_text(grid_.world, reason.empty() ? std::nullopt : std::optional(reason));
  if (agreed) stop_reason_ = *agreed;
  return agreed.has_value();
}

/// The clock is the coordinator's.
bool RunControl::is_due() const {
  const config::CheckpointConfig& when = config_.checkpoint;
  const bool is_due = (when.every_iterations > 0 && since_save_ >= when.every_iterations) ||
                      (when.every_minutes > 0 && seconds_since(last_save_) >= 60 * when.every_minutes);
  return grid_.world.any(grid_.is_coordinator() && is_due);
}

bool RunControl::finish_iteration(const train::Snapshot& snapshot, train::Keep keep) {
  if (!made_progress_ && grid_.is_coordinator()) {
    std::error_code ignored;  // without the mark or with it: the run goes on
    std::filesystem::remove(folder_.idle_mark(), ignored);
  }
  made_progress_ = true;
  ++since_save_;
  ++unsaved_;
  if (stop_is_agreed()) {
    save_at_stop(snapshot);
    return true;
  }
  if (keep == train::Keep::when_due && !is_due()) return false;
  try {
    save(snapshot());
  } catch (const parallel::AgreedError&
               error) {  // the older checkpoint is still there: warn, and try again when the next is due
    if (grid_.is_coordinator()) note_(fmt::format("warning: no checkpoint: {}", error.what()));
    await_next();
  }
  return false;
}

/// The state is that of the last iteration that was done; it may be on disk already.
void RunControl::leave(const train::Snapshot& snapshot) {
  if (!stop_is_agreed()) stop_reason_ = "interrupted";
  if (unsaved_ > 0) save_at_stop(snapshot);
}

/// The last chance, whatever failed before: a part that leaves nothing must not be taken for one that can go on.
void RunControl::save_at_stop(const train::Snapshot& snapshot) {
  try {
    save(snapshot());
  } catch (const parallel::AgreedError& error) {
    throw parallel::AgreedError(
        fmt::format("stopped ({}), and what was done since the last checkpoint cannot be saved: {}", stop_reason_,
                    error.what()),
        ExitCode::error);
  }
}

void RunControl::await_next() {
  since_save_ = 0;
  last_save_ = Clock::now();
}

void RunControl::save(train::TrainingState checkpoint) {
  checkpoint.config_yaml = identity_.config_yaml;
  checkpoint.data_fingerprint = identity_.data_fingerprint;
  const std::filesystem::path path = folder_.checkpoint(train::step_of(checkpoint, config_));
  // All groups hold the same state, but for networks that the snapshot has gathered: one of them writes.
  parallel::together(grid_.world, [&] {
    if (grid_.group_index == 0) write_checkpoint(path, checkpoint, grid_.group);
  });
  parallel::together(grid_.world, [&] {
    if (grid_.is_coordinator()) adopt_checkpoint(folder_, path, config_.checkpoint.keep);
  });
  unsaved_ = 0;
  await_next();
}

namespace {

/// Time that a job keeps of what it has left, for the last checkpoint and for leaving: two minutes, and a fifth of less
/// than ten.
double reserve_seconds(double left) { return std::min(120.0, left / 5); }

}  // namespace

double parse_max_hours(const std::string& text, const std::function<std::optional<double>()>& seconds_left) {
  if (text.empty()) return 0;
  if (text == "job") {
    const std::optional<double> left = seconds_left();
    if (!left) throw InputError("--max-hours job: this is no Slurm job with a time limit; give a number of hours");
    return std::max((*left - reserve_seconds(*left)) / 3600, 1e-6);
  }
  return config::number_of<double>("--max-hours", text, config::above(0).up_to(longest_hours).or_word("job"));
}

double shared_max_hours(const std::string& text, const parallel::Communicator& world) {
  double hours = 0;
  parallel::together(world, [&] {
    if (world.is_root()) hours = parse_max_hours(text, slurm_seconds_left);
  });
  return world.all_max(hours);
}

}  // namespace isinglass::run
