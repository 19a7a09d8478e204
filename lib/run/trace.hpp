#pragma once

#include "train/results.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

namespace isinglass::run {

/// The run's trace: comma-separated, a header with units, then one row an iteration, on disk as soon as it is appended.
class TraceFile {
public:
  /// Starts the file anew with the rows of an earlier part of the run: what was written after them is cut. Throws
  /// SystemError.
  explicit TraceFile(const std::filesystem::path& path, const std::vector<train::HistoryRow>& earlier = {});
  /// Throws SystemError if the row cannot be written.
  void append(const train::HistoryRow& row);

private:
  void flush();

  std::filesystem::path path_;
  std::ofstream file_;
};

/// The rows of a trace; a last row that was cut off is left out, and a missing file has none. InputError for another
/// file.
[[nodiscard]] std::vector<train::HistoryRow> read_trace(const std::filesystem::path& path);

}  // namespace isinglass::run
