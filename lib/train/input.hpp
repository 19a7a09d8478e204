#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"
#include "network/architecture.hpp"
#include "parallel/grid.hpp"
#include "qcbo/fip.hpp"
#include "train/state.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>

namespace isinglass::train {

/// Called on the coordinator with every row of the history.
using Report = std::function<void(const HistoryRow&)>;

/// The state that the next step starts from. Collective over grid.world.
using Snapshot = std::function<TrainingState()>;

/// Whether the state after a step is worth a checkpoint.
enum class Keep : std::uint8_t {
  never,     ///< the phase has ended in a way that the state does not tell
  when_due,  ///< if the configured interval is over
  always     ///< the last one, from which a longer run can go on
};

/// How a training meets the outside between steps. The default one never stops and saves nothing.
struct Control {
  /// Whether this rank has been asked to stop. Local and cheap: long parts of a step poll it.
  std::function<bool()> stop_is_asked = [] { return false; };
  /// A step is done: saves the state if that is due. Returns whether to stop now. Collective over grid.world.
  std::function<bool(const Snapshot&, Keep)> iteration_done = [](const Snapshot&, Keep) { return false; };
  /// A step was given up because a rank was asked to stop; the state is that before it. Collective over grid.world.
  std::function<void(const Snapshot&)> interrupted = [](const Snapshot&) {};
};

/// Everything a training is given. The samples are this rank's shard.
struct TrainingInput {
  const config::Config& config;
  const network::Architecture& architecture;
  const data::DataSplits& data;
  const parallel::Grid& grid;
  std::span<const qcbo::LayerReach> reach;  ///< propagate_intervals of data.train
  Report report = {};
  Control control = {};
  const network::NetworkBits* initial = nullptr;  ///< network to start from; null: random weights
  const TrainingState* resume = nullptr;          ///< what to continue from; null: the start
  std::chrono::steady_clock::time_point begin =
      std::chrono::steady_clock::now();  ///< when training began; provenance only

  /// Wall time since `begin`.
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
};

}  // namespace isinglass::train
