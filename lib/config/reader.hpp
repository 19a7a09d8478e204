#pragma once

#include "config/config.hpp"
#include "config/read_keys.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace isinglass::config {

/// Reads a configuration from YAML text, with options "a.b=value" applied over it in their order. `name` stands for the
/// file in messages. Throws one InputError with a line "file:line:column: section.key: message" for each problem.
///
/// A key that is set and that nothing reads (key_uses) is a problem, unless its value is the default, as in a resolved
/// copy of a run. The sections of methods that are not chosen may stand in the file, but are no options.
[[nodiscard]] Config parse_config(std::string_view text, const std::string& name,
                                  const std::vector<std::string>& overrides = {}, ConfigUse use = ConfigUse::training);

/// Reads a configuration from a file, like parse_config.
[[nodiscard]] Config read_config(const std::filesystem::path& path, const std::vector<std::string>& overrides = {},
                                 ConfigUse use = ConfigUse::training);

}  // namespace isinglass::config
