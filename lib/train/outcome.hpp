#pragma once

#include "network/architecture.hpp"

#include <cstdint>
#include <string>

namespace isinglass {

/// What a training loop leaves behind, the same on every rank.
struct SolveOutcome {
  NetworkBits incumbent;
  double objective = 0;               ///< exact loss of the incumbent, summed over the training samples
  std::string stop_reason;            ///< one sentence
  std::int64_t constraint_bytes = 0;  ///< per-constraint state over all ranks of a group; 0 without constraints
  bool was_stopped = false;           ///< left before its end because Control said so: a checkpoint has its state
};

/// Of a method that Control stopped.
[[nodiscard]] inline SolveOutcome stopped_outcome() {
  SolveOutcome outcome;
  outcome.was_stopped = true;
  return outcome;
}

}  // namespace isinglass
