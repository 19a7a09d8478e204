#pragma once

#include "sweep/fates.hpp"

#include <functional>

namespace isinglass::sweep {

/// How the points of a sweep are worked through.
struct SweepRunOptions {
  int team_ranks = 1;    ///< ranks that work on one point together
  double max_hours = 0;  ///< for all points together; 0: no limit
};

/// Called on the first rank of a team when it is done with a point, with the seconds that it took.
using PointReport = std::function<void(const SweepPoint& point, Fate fate, double seconds)>;

/// Runs all points that are not finished: teams of ranks, each of which takes the next point when it is done with one.
/// A point that fails does not stop the others. Ranks that do not fill a team idle, so that every point runs on the
/// same number of ranks. Returns what came of each point. AgreedError for a bad number of ranks, and where ranks see
/// different data. Collective.
[[nodiscard]] Fates run_points(const Sweep& sweep, const SweepRunOptions& options, const parallel::Communicator& world,
                               const PointReport& report);

}  // namespace isinglass::sweep
