#pragma once

#include <algorithm>
#include <chrono>

namespace isinglass {

/// The clock of limits, progress and measured times. It never decides a result.
using Clock = std::chrono::steady_clock;

/// Returns the seconds that have passed since `begin`.
[[nodiscard]] inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Returns the time that many seconds after `begin`; ten years are the most that a duration can hold.
[[nodiscard]] inline Clock::time_point time_after(Clock::time_point begin, double seconds) {
  return begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::min(seconds, 3e8)));
}

/// Returns when a table of progress gets its next row after one at `seconds` since the start: the interval grows with
/// the run, from 1 s to 10 min.
[[nodiscard]] inline double next_row_after(double seconds) { return seconds + std::clamp(0.1 * seconds, 1.0, 600.0); }

}  // namespace isinglass
