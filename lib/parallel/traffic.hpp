#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <string>

namespace isinglass::parallel {

class Communicator;

/// Counts of what a process gave to other ranks, and of how long it waited for them.
struct Traffic {
  std::int64_t exchanges = 0;  ///< small sums and maxima through shared memory
  std::int64_t messages = 0;   ///< collective calls of MPI
  std::int64_t bytes = 0;      ///< of this rank in both
  double waiting_seconds = 0;  ///< in both, until the last rank was there
};

/// Returns the counts of this process, in which all its communicators count. One thread communicates.
[[nodiscard]] inline Traffic& own_traffic() {
  static Traffic traffic;
  return traffic;
}

/// Counts as waiting the time from here to the end of the scope.
class Waiting {
public:
  Waiting() = default;
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { own_traffic().waiting_seconds += seconds_since(begin_); }

private:
  const Clock::time_point begin_ = Clock::now();
};

/// Counts over the ranks of a job.
struct JobTraffic {
  Traffic mean;                     ///< over the ranks
  double longest_wait_seconds = 0;  ///< of a rank
};
/// Gathers the counts of all ranks so far. Collective.
[[nodiscard]] JobTraffic job_traffic(const Communicator& world);
/// The line of a report, "each rank: 120 exchanges ...", with the waiting as a part of `seconds`.
[[nodiscard]] std::string describe(const JobTraffic& traffic, double seconds);

}  // namespace isinglass::parallel
