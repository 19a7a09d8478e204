#pragma once

#include "run/training_run.hpp"

namespace isinglass {

/// Trains as `train` and `sweep --point` do, and prints how it goes and how it ended: with `json` as a JSON object, and
/// with `quiet` nothing else. Throws AgreedError. Collective.
[[nodiscard]] ExitCode train_and_tell(const Config& config, RunOptions options, bool json, bool quiet,
                                      const Communicator& world);

}  // namespace isinglass
