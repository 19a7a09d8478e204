#pragma once

#include "base/error.hpp"
#include "config/config.hpp"
#include "parallel/agreement.hpp"
#include "run/reporter.hpp"
#include "train/results.hpp"

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace isinglass::run {

/// How a training is started, besides its configuration.
struct RunOptions {
  std::string config_path;       ///< for the banner and the provenance
  bool fresh = false;            ///< move an existing run aside
  double max_hours = 0;          ///< stop after this many hours, with a checkpoint; 0: no limit
  Screen style = Screen::quiet;  ///< what the screen shows while the run goes on
  int screen_width = 80;         ///< columns
};

/// How a training ended.
struct RunEnd {
  ExitCode code = ExitCode::done;  ///< done, or unfinished if it was stopped and can go on
  bool is_repeated = false;        ///< the run was finished before
  std::string stop_reason = {};    ///< of an unfinished run
  train::RunResults results = {};  ///< of a finished run; of a repeated one on rank 0 alone, as the next
  std::vector<std::string> class_names = {};
  std::optional<parallel::AgreedError> failure =
      {};  ///< results.h5 cannot be written: to be thrown once the results are told
};

/// Trains `config` in its run folder on the ranks of `world`: starts, continues from the newest checkpoint, or finds
/// that the run is finished. `screen` is told how it goes, on the coordinator. Throws AgreedError on all ranks alike
/// for bad input and failures that the ranks agree on. Collective.
[[nodiscard]] RunEnd run_training(const config::Config& config, const RunOptions& options, std::ostream& screen,
                                  const parallel::Communicator& world);

}  // namespace isinglass::run
