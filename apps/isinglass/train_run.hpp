#pragma once

#include "base/error.hpp"
#include "config/config.hpp"
#include "parallel/communicator.hpp"

#include <string>

namespace isinglass {

/// How a training is started, besides its configuration.
struct RunOptions {
  std::string config_path;  ///< for the banner and the provenance
  bool fresh = false;       ///< move an existing run aside
  bool json = false;        ///< print the result as a JSON object
  bool quiet = false;       ///< no table, no progress line
  double max_hours = 0;     ///< stop after this many hours, with a checkpoint; 0: no limit
};

/// Trains `config` in its run folder on the ranks of `world`: starts, continues from the newest checkpoint, or says
/// that the run is finished. Returns done, or unfinished if it was stopped and can go on; throws AgreedError on all
/// ranks alike for bad input and failures that the ranks agree on. Collective.
[[nodiscard]] ExitCode run_training(const Config& config, const RunOptions& options, const Communicator& world);

}  // namespace isinglass
