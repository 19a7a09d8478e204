#pragma once

#include "config/config.hpp"

#include <string>
#include <utility>
#include <vector>

namespace isinglass::config {

/// Which keys are written.
enum class Keys {
  all,
  of_result,  ///< without those that change nothing of what is computed (output.directory, checkpoint)
};

/// The keys of the configuration with their values, as YAML that reads as the same configuration.
[[nodiscard]] std::string to_yaml(const Config& config, Keys keys = Keys::all);

/// The default configuration with help, unit and range of every key as comments.
[[nodiscard]] std::string defaults_yaml();

/// Full dotted names and values of all keys: "network.hidden.0.units", "16".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> flatten(const Config& config);

/// A key that two configurations disagree on; a value is "-" where the key does not exist.
struct ConfigDifference {
  std::string key, first, second;
};

/// Lists the keys that make two runs different: all but those that change nothing of what is computed
/// (output.directory, checkpoint).
[[nodiscard]] std::vector<ConfigDifference> differences(const Config& first, const Config& second);

/// The differences that forbid a run of configuration `started` to go on as `now`: a key that may grow may have grown.
/// Once polishing may have begun, which is where QCGD ended, no more iterations fit in before it.
[[nodiscard]] std::vector<ConfigDifference> forbidden_on_restart(const Config& started, const Config& now);

}  // namespace isinglass::config
