#pragma once

#include "base/error.hpp"
#include "parallel/communicator.hpp"
#include "sweep/sweep.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace isinglass {

/// How the points of a sweep are worked through.
struct SweepRunOptions {
  int team_ranks = 1;    ///< ranks that work on one point together
  double max_hours = 0;  ///< for all points together; 0: no limit
  bool json = false, quiet = false;
};

/// Runs all points that are not finished: teams of ranks, each of which takes the next point when it is done with one.
/// A point that fails does not stop the others. Returns done if all points are finished now; throws AgreedError with
/// the texts of the failed points, of code unfinished if some points can go on, else error. Collective.
[[nodiscard]] ExitCode run_sweep(const Sweep& sweep, const SweepRunOptions& options, const Communicator& world);

/// Merges the finished points into OUTPUT/sweep.csv and OUTPUT/sweep.h5 and names the others. Returns done, or
/// unfinished if some are missing; throws AgreedError if a run folder cannot be used. Collective.
[[nodiscard]] ExitCode collect_sweep(const Sweep& sweep, bool json, bool quiet, const Communicator& world);

/// "3,5,7-9" for ascending numbers: as job arrays take them.
[[nodiscard]] std::string number_list(const std::vector<std::int64_t>& numbers);

}  // namespace isinglass
