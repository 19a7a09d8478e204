#pragma once

#include "train/state.hpp"

#include <functional>

namespace isinglass {

/// The state that the next iteration starts from. Collective over grid.world.
using Snapshot = std::function<TrainingState()>;

/// Whether a state is worth keeping even when no checkpoint is due: the last one, from which a longer run can go on.
enum class Keep { when_due, always };

/// How a method meets the outside between iterations. The default one never stops and saves nothing.
struct Control {
  /// Whether this rank has been asked to stop. Local and cheap: long parts of an iteration poll it.
  std::function<bool()> stop_is_asked = [] { return false; };
  /// An iteration is done: saves the state if that is due. Whether to stop now. Collective over grid.world.
  std::function<bool(const Snapshot&, Keep)> iteration_done = [](const Snapshot&, Keep) { return false; };
  /// An iteration was given up because a rank was asked to stop; the state is that before it. Collective over grid.world.
  std::function<void(const Snapshot&)> interrupted = [](const Snapshot&) {};
};

}  // namespace isinglass
