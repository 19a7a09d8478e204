#pragma once

#include <chrono>

namespace isinglass {

/// The clock of limits, progress and measured times. It never decides a result.
using Clock = std::chrono::steady_clock;

/// Returns the seconds that have passed since `begin`.
[[nodiscard]] inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace isinglass
