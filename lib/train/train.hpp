#pragma once

#include "train/input.hpp"
#include "train/results.hpp"

namespace isinglass::train {

/// Outcome of a training, the same on every rank.
struct TrainingOutput {
  network::NetworkBits bits;  ///< the incumbent
  bool was_stopped = false;   ///< by Control, before the end: the rest is empty
  RunResults results;         ///< history, accuracies, confusion matrix and counts; wall_seconds is left to the caller
};

/// Takes the memory that config.method may need in one piece, so that a limit is found before anything is written.
/// Throws InputError if it cannot be had. Does not communicate.
void prepare_training(const config::Config& config);

/// Trains by config.method and evaluates the incumbent on all splits. Collective over grid.world.
[[nodiscard]] TrainingOutput train(const TrainingInput& input);

}  // namespace isinglass::train
