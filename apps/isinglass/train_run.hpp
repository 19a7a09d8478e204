#pragma once

#include "run/training_run.hpp"

namespace isinglass {

/// Trains as `train` and `sweep --point` do, and prints how it goes and how it ended: with `json` as a JSON object, and
/// with `quiet` nothing else. Throws AgreedError. Collective.
[[nodiscard]] ExitCode train_and_tell(const config::Config& config, run::RunOptions options, bool json, bool quiet,
                                      const parallel::Communicator& world);

}  // namespace isinglass
