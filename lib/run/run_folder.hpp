#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace isinglass::run {

/// Names of the files of one run.
struct RunFolder {
  std::filesystem::path directory;

  [[nodiscard]] std::filesystem::path config() const { return directory / "config.resolved.yaml"; }
  [[nodiscard]] std::filesystem::path log() const { return directory / "run.log"; }
  [[nodiscard]] std::filesystem::path trace() const { return directory / "trace"; }
  [[nodiscard]] std::filesystem::path results() const { return directory / "results.h5"; }
  [[nodiscard]] std::filesystem::path stop_file() const { return directory / "STOP"; }
  /// There while the last part was stopped by a signal before it got anything done.
  [[nodiscard]] std::filesystem::path idle_mark() const { return directory / "stopped-early"; }
  /// Link to the newest checkpoint.
  [[nodiscard]] std::filesystem::path newest_checkpoint() const { return directory / "checkpoint.h5"; }
  /// `step` counts iterations, sweeps and epochs over all phases of a run.
  [[nodiscard]] std::filesystem::path checkpoint(std::int64_t step) const;
  /// All checkpoints, the newest first.
  [[nodiscard]] std::vector<std::filesystem::path> checkpoints() const;
  /// Whether a run was started here.
  [[nodiscard]] bool holds_run() const;
  /// Whether a run ended here: results.h5 appears in one piece, at the end.
  [[nodiscard]] bool holds_results() const;
};

enum class RunState { absent, unfinished, finished };

/// State of the run of `config` in the folder. Changes nothing. Throws InputError with the keys that differ if it
/// holds a run that cannot go on as `config`, or results that cannot be read. A finished run with fewer iterations than
/// `config` asks for is unfinished.
[[nodiscard]] RunState inspect(const RunFolder& folder, const config::Config& config);

/// Renames a folder that holds a run to NAME.1, NAME.2, ..., whichever is free, and returns the new name; nothing if
/// there is no folder or an empty one. InputError for a folder that holds something else: it may be anybody's.
std::optional<std::filesystem::path> set_aside(const RunFolder& folder);

/// Creates the folder if it is not there. Throws InputError if no folder can have that name, SystemError if it cannot
/// be made.
void create(const RunFolder& folder);

/// To be called by who holds the folder's lock, before the work: throws InputError if something that is not a regular
/// file stands where a run writes one, SystemError if the folder cannot be written. Removes temporary files of earlier
/// runs.
void expect_places(const RunFolder& folder);

/// Writes config.resolved.yaml. Throws SystemError.
void store(const RunFolder& folder, const config::Config& config);

/// Points the link to `checkpoint` and removes the older ones but the newest `keep` - 1. Throws SystemError if the link
/// cannot be made; an old checkpoint that cannot be removed stays.
void adopt_checkpoint(const RunFolder& folder, const std::filesystem::path& checkpoint, int keep);

}  // namespace isinglass::run
