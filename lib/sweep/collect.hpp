#pragma once

#include "sweep/sweep.hpp"
#include "sweep/sweep_table.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace isinglass::sweep {

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
