#pragma once

#include "parallel/grid.hpp"
#include "run/training_setup.hpp"

#include <string>
#include <utility>
#include <vector>

namespace isinglass::run {

/// Where, when and with what a run was made: label and value, in the order of the banner.
using RunFacts = std::vector<std::pair<std::string, std::string>>;

/// Gathers the facts of a run that starts now. Collective over grid.world.
[[nodiscard]] RunFacts gather_facts(const config::Config& config, const TrainingSetup& setup,
                                    const std::string& config_path, const parallel::Grid& grid);

/// Returns the facts as the banner names them: the version is that of "isinglass".
[[nodiscard]] RunFacts to_banner(RunFacts facts);
/// Returns the facts as /provenance names them: without blanks.
[[nodiscard]] RunFacts to_provenance(RunFacts facts);

}  // namespace isinglass::run
