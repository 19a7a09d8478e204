#pragma once

#include "config/config.hpp"
#include "parallel/grid.hpp"
#include "run/checkpoint.hpp"
#include "run/run_folder.hpp"
#include "run/training_setup.hpp"

#include <optional>
#include <string>
#include <vector>

namespace isinglass::run {

/// State that an interrupted run goes on from.
struct Resume {
  std::optional<train::TrainingState> state;  ///< nothing: from the start
  std::string path;                           ///< of the checkpoint
  std::vector<std::string> warnings;          ///< checkpoints that could not be used, on the coordinator
};

/// The newest checkpoint of the folder that can be read. AgreedError with checkpoint_unusable if there are some and
/// none can be; with bad_input if it belongs to other training samples or to a configuration that cannot go on as
/// `config`. Collective over grid.world. `data_fingerprint` is that of setup.data.train.
[[nodiscard]] Resume find_state(const RunFolder& folder, const config::Config& config, const TrainingSetup& setup,
                                std::int64_t data_fingerprint, const parallel::Grid& grid);

}  // namespace isinglass::run
