#pragma once

#include "config/config.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace isinglass {

/// A configuration from YAML text, with options "a.b=value" applied over it in their order. `name` stands for the
/// file in messages. Throws one InputError with a line "file:line:column: section.key: message" for each problem.
[[nodiscard]] Config parse_config(std::string_view text, const std::string& name,
                                  const std::vector<std::string>& overrides = {});

/// The same from a file.
[[nodiscard]] Config read_config(const std::filesystem::path& path, const std::vector<std::string>& overrides = {});

}  // namespace isinglass
