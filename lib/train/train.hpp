#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"
#include "network/architecture.hpp"
#include "parallel/grid.hpp"
#include "train/control.hpp"
#include "train/results.hpp"

#include <chrono>
#include <functional>

namespace isinglass {

/// Called on the coordinator after every outer iteration, sweep or epoch.
using Report = std::function<void(const HistoryRow&)>;

/// Everything a training method is given. The samples are this rank's shard.
struct TrainingInput {
  const Config& config;
  const Architecture& architecture;
  const DataSplits& data;
  const Grid& grid;
  Report report;
  Control control = {};                   ///< of checkpoints and stopping
  const TrainingState* resume = nullptr;  ///< what to continue from; nothing: the start
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();  ///< when training began; provenance only

  /// Wall time since `begin`.
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
};

/// What it returns, the same on every rank.
struct TrainingOutput {
  NetworkBits bits;          ///< the incumbent
  bool was_stopped = false;  ///< by Control, before the end: the rest is empty
  RunResults results;        ///< history, accuracies, confusion matrix and counts; wall_seconds is left to the caller
};

/// Takes the memory that config.method may need in one piece, so that a limit is found before anything is written. Throws
/// InputError if it cannot be had. Does not communicate.
void prepare_training(const Config& config);

/// Trains by config.method and evaluates the incumbent on all splits. Collective over grid.world.
[[nodiscard]] TrainingOutput train(const TrainingInput& input);

}  // namespace isinglass
