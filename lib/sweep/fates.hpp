#pragma once

#include "base/error.hpp"
#include "parallel/communicator.hpp"
#include "run/run_folder.hpp"
#include "sweep/sweep.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace isinglass::sweep {

/// Fate of a point. `open`: nobody got round to it; `elsewhere`: another process works on it.
enum class Fate : std::int64_t { open, finished_before, finished, stopped, elsewhere, failed };

/// The fates of all points and what the failed ones said; index: point number - 1.
struct Fates {
  explicit Fates(std::int64_t points);
  std::vector<Fate> fates;
  std::vector<std::string> texts;

  [[nodiscard]] std::vector<std::int64_t> numbers_of(Fate fate) const;
  [[nodiscard]] std::int64_t count(Fate fate) const;
};

/// Points that are finished already, and those that cannot be started; the texts on rank 0 alone. AgreedError.
/// Collective.
[[nodiscard]] Fates look_around(const Sweep& sweep, const parallel::Communicator& world);

/// Brings together what the roots of the teams know, the first of each `team_ranks` ranks. Collective.
void share(Fates& found, int team_ranks, const parallel::Communicator& world);

/// Looks again at points that were being worked on elsewhere: some may be finished. AgreedError. Collective.
void look_elsewhere(const Sweep& sweep, Fates& found, const parallel::Communicator& world);

/// "10 points: 9 finished (2 of them before), 1 failed, 0 unfinished", and those elsewhere, if there are any.
[[nodiscard]] std::string summary_of(const Sweep& sweep, const Fates& found);

/// Exit code that the command ends with: done if all points are finished, else AgreedError with the texts of the
/// failures; of code unfinished if points are left that can go on, or that others work on. A part in which nothing went
/// on is an error: it must not be requeued for ever.
[[nodiscard]] ExitCode conclude(const Sweep& sweep, const Fates& found);

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
