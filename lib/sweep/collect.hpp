#pragma once

#include "sweep/sweep.hpp"
#include "train/results.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace isinglass::sweep {

/// A finished point and its numbers.
struct SweepRow {
  SweepPoint point;
  train::RunResults results;
};

/// One line per row under a header: point, a column for each axis by its key, then the results. Fields with commas or
/// quotes are quoted; numbers read as the same doubles.
[[nodiscard]] std::string to_csv(const Sweep& sweep, const std::vector<SweepRow>& rows);

/// Writes sweep.h5 atomically; docs/file-formats.md has its layout. Throws SystemError; the old file stays.
void write_sweep_results(const std::filesystem::path& path, const Sweep& sweep, const std::vector<SweepRow>& rows);

/// Contents of the run folders of a sweep.
struct Collection {
  std::vector<SweepRow> rows;         ///< of the finished points, without their histories
  std::vector<std::int64_t> missing;  ///< numbers of the other points
  std::string errors;                 ///< of folders that cannot be used, a line each
};

/// Reads the results of the finished points; one bad file does not hide the others. Local.
[[nodiscard]] Collection collect(const Sweep& sweep);

/// Writes OUTPUT/sweep.csv and OUTPUT/sweep.h5 unless there is nothing for them, and appends the names of those that
/// are there to `written`. Throws SystemError.
void write_tables(const Sweep& sweep, const std::vector<SweepRow>& rows, std::vector<std::string>& written);

/// Returns "3,5,7-9" for ascending numbers: as job arrays take them.
[[nodiscard]] std::string number_list(const std::vector<std::int64_t>& numbers);

}  // namespace isinglass::sweep
