#pragma once

#include "base/clock.hpp"
#include "ising/machine.hpp"
#include "parallel/communicator.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace isinglass::solve {

/// Sweeps of the reads of a search.
enum class Effort {
  fixed,    ///< plan.sweeps, for all
  doubling  ///< twice as many after every few blocks: within a factor of a few of the best number, whatever it is
};

/// Reads in rounds until there are enough, the target is reached or the time is over.
struct SearchPlan {
  std::int64_t reads = 0;   ///< at most; 0: until target, time or stop
  std::int64_t sweeps = 0;  ///< of each read; 0: the machine's default
  Effort effort = Effort::fixed;
  std::uint64_t seed = 1;
  std::optional<double> target;   ///< an energy: reaching it ends the search
  std::optional<double> counted;  ///< an energy: reads that reach it are counted, and go on
  std::optional<double> seconds;
  /// Which reads are solutions: others never are the best, reach no target and are not counted as successes.
  std::function<bool(std::span<const std::int8_t>)> is_solution = [](std::span<const std::int8_t>) { return true; };
  std::function<bool()> stop_is_asked = [] { return false; };  ///< on any rank
  Clock::time_point begin = Clock::now();
};

enum class SearchEnd { all_reads, target, time, stop };

struct SearchResult {
  std::vector<ising::Read> reads;           ///< by index; of very many, the better half (see `dropped`)
  std::int64_t dropped = 0;                 ///< reads whose spins were not kept, the worst ones
  std::int64_t done = 0;                    ///< all reads, whole or cut
  std::int64_t solutions = 0;               ///< of these, as plan.is_solution says
  std::int64_t successes = 0;               ///< reads with an energy of at most plan.counted
  std::vector<ising::Improvement> history;  ///< of the best over all reads, ascending in time
  std::optional<ising::Read> best;
  double seconds_to_best = 0;  ///< since plan.begin
  double wall_seconds = 0;
  double machine_seconds = 0;  ///< CPU time inside the machine, summed over the ranks
  std::int64_t spin_updates = 0, field_evaluations = 0;
  SearchEnd end = SearchEnd::all_reads;
  bool was_cut = false;            ///< some read ended before its sweeps were done, or is missing
  bool is_proven_optimal = false;  ///< an exact machine looked at all states

  /// Proposed flips a second of CPU time.
  [[nodiscard]] double updates_per_second() const;
};

/// Told after each round, on every rank.
using SearchReport = std::function<void(const SearchResult& so_far)>;

/// Runs the plan over all ranks on `given`, the machine with `problem` programmed into it; the same result on each.
/// Without target, time and stop it does not depend on their number. A rank that reaches the target stops the others.
/// Collective.
[[nodiscard]] SearchResult search(const ising::Machine& machine, ising::ProgrammedMachine& given,
                                  const ising::IsingProblem& problem, const SearchPlan& plan,
                                  const parallel::Communicator& comm, const SearchReport& report);

/// A target that a computed energy of the problem reaches in spite of rounding: the target itself where energies are
/// exact.
[[nodiscard]] double relaxed_target(const ising::IsingProblem& problem, double target);

}  // namespace isinglass::solve
