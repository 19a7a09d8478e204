#pragma once

#include "config/yaml_tree.hpp"

#include <optional>
#include <string>

namespace isinglass {

/// The value in one line of YAML, as it would stand behind `--set KEY=`; nothing if a part of it is empty.
[[nodiscard]] std::optional<std::string> to_yaml_text(const YamlTree& tree);

}  // namespace isinglass
