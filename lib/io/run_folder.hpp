#pragma once

#include "config/config.hpp"

#include <filesystem>
#include <optional>

namespace isinglass {

/// Names of the files of one run.
struct RunFolder {
  std::filesystem::path directory;

  [[nodiscard]] std::filesystem::path config() const { return directory / "config.resolved.yaml"; }
  [[nodiscard]] std::filesystem::path log() const { return directory / "run.log"; }
  [[nodiscard]] std::filesystem::path trace() const { return directory / "trace"; }
  [[nodiscard]] std::filesystem::path results() const { return directory / "results.h5"; }
  /// Whether a run was started here.
  [[nodiscard]] bool holds_run() const;
  /// Whether a run ended here: results.h5 appears in one piece, at the end.
  [[nodiscard]] bool holds_results() const;
};

enum class RunState { absent, unfinished, finished };

/// What the folder holds of the run of `config`. Changes nothing. Throws InputError with the keys that differ if it
/// holds a run of another configuration (output.directory aside), or results that cannot be read.
[[nodiscard]] RunState inspect(const RunFolder& folder, const Config& config);

/// Renames a folder that holds a run to NAME.1, NAME.2, ..., whichever is free, and returns the new name; nothing if
/// there is no folder or an empty one. InputError for a folder that holds something else: it may be anybody's.
std::optional<std::filesystem::path> set_aside(const RunFolder& folder);

/// Creates the folder and writes config.resolved.yaml. Throws InputError if the folder cannot be, SystemError if the
/// file cannot be written.
void create(const RunFolder& folder, const Config& config);

}  // namespace isinglass
