#pragma once

#include "problem.hpp"

#include "config/config.hpp"
#include "parallel/grid.hpp"
#include "run/reporter.hpp"
#include "run/results_file.hpp"
#include "train/results.hpp"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace isinglass {

/// Where, when and with what a run was made: label and value, in the order of the banner.
using RunFacts = std::vector<std::pair<std::string, std::string>>;

/// Collective over grid.world.
[[nodiscard]] RunFacts gather_facts(const Config& config, const Problem& problem, const std::string& config_path,
                                    const Grid& grid);
[[nodiscard]] Banner to_banner(const RunFacts& facts);
[[nodiscard]] Provenance to_provenance(const RunFacts& facts);

/// The result of `train` for --json.
struct RunSummary {
  const Config& config;
  std::vector<std::string> class_names;
  const RunResults& results;
  std::optional<int> ranks = std::nullopt;  ///< nothing for results of an earlier command
  bool is_repeated = false;                 ///< the run was finished before this command
};

[[nodiscard]] nlohmann::ordered_json to_json(const RunSummary& summary);

}  // namespace isinglass
