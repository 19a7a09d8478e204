#pragma once

#include "solve/search.hpp"
#include "solve/tts.hpp"

#include <vector>

namespace isinglass::solve {

/// Independent reads of a number of sweeps, counted against an energy.
struct TtsPoint {
  std::int64_t sweeps = 0;  ///< of a read, as measured: full field evaluations
  std::int64_t reads = 0, successes = 0;
  TimeToSolution tts;
  double seconds_per_read = 0;  ///< of one core; reads that are packed share the time of their block
  double field_evaluations_per_read = 0;

  [[nodiscard]] double seconds() const { return tts.known_runs() * seconds_per_read; }
  [[nodiscard]] double field_evaluations() const { return tts.known_runs() * field_evaluations_per_read; }
};

/// Plan of a measurement.
struct TtsPlan {
  std::int64_t repeats = 100;  ///< of a block of reads
  std::int64_t sweeps = 0;     ///< 0: the machine's default
  double target = 0;           ///< an energy
  std::uint64_t seed = 1;
  std::function<bool()> stop_is_asked = [] { return false; };
};

struct TtsMeasurement {
  TtsPoint point;
  SearchResult search;
  std::vector<TtsPoint> scan;  ///< in the order of measurement
};

/// plan.repeats blocks over all ranks, none cut at the target. Collective.
[[nodiscard]] TtsMeasurement measure_tts(const ising::Machine& machine, ising::ProgrammedMachine& programmed,
                                         const ising::IsingProblem& problem, const TtsPlan& plan,
                                         const parallel::Communicator& comm, const SearchReport& report);

/// Measures at the number of sweeps with the least time, found by doubling and halving from plan.sweeps with a quarter
/// of the repeats each. Collective.
[[nodiscard]] TtsMeasurement scan_sweeps(const ising::Machine& machine, ising::ProgrammedMachine& programmed,
                                         const ising::IsingProblem& problem, const TtsPlan& plan,
                                         const parallel::Communicator& comm, const SearchReport& report);

}  // namespace isinglass::solve
