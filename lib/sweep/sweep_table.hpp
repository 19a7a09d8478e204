#pragma once

#include "sweep/sweep.hpp"
#include "train/results.hpp"

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

}  // namespace isinglass::sweep
