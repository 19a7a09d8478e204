#pragma once

#include "train/input.hpp"

#include <string>
#include <vector>

namespace isinglass::train {

/// Outcome of the loop, the same on every rank.
struct LoopEnd {
  network::NetworkBits network;                        ///< the incumbent of the last phase
  double objective = 0;                                ///< its exact loss, summed over the training samples
  double train_accuracy = 0, validation_accuracy = 0;  ///< fractions; NaN where there is no such split
  std::string stop_reason;                             ///< one sentence, or one per phase
  std::int64_t constraint_bytes = 0;  ///< per-constraint state over all ranks of a group; 0 without constraints
  std::vector<HistoryRow> history;
  bool was_stopped = false;  ///< left before the end because Control said so: a checkpoint has the state
};

/// Runs the phases of input.config one after the other, each from the incumbent of the one before, from the start or
/// from input.resume. Collective over grid.world.
[[nodiscard]] LoopEnd run_phases(const TrainingInput& input);

}  // namespace isinglass::train
