#pragma once

#include "run/run_folder.hpp"
#include "sweep/sweep.hpp"

#include <string>

namespace isinglass::sweep {

/// Contents of the run folder of a point.
struct PointState {
  run::RunState state = run::RunState::absent;
  std::string error;  ///< why the folder cannot be used, for example a run of another configuration; empty: it can
};

/// Changes nothing.
[[nodiscard]] PointState state_of(const Sweep& sweep, const SweepPoint& point);

/// "absent", "unfinished", "finished", or "unusable".
[[nodiscard]] std::string to_text(const PointState& state);

}  // namespace isinglass::sweep
