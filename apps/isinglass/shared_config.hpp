#pragma once

#include "config/read_keys.hpp"
#include "parallel/communicator.hpp"

#include <optional>
#include <string>
#include <vector>

namespace isinglass {

/// The configuration file of a command, with what the command line says on top of it.
struct ConfigSource {
  std::string path;
  std::vector<std::string> overrides;      ///< "a.b=value"
  std::optional<std::string> output = {};  ///< replaces output.directory
  config::ConfigUse use = config::ConfigUse::training;
};

/// Read by rank 0 alone, so that all ranks have the same one whatever their file systems show. AgreedError. Collective.
[[nodiscard]] config::Config shared_config(const ConfigSource& source, const parallel::Communicator& world);

}  // namespace isinglass
