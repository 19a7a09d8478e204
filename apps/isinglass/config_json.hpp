#pragma once

#include "config/config.hpp"

#include <nlohmann/json.hpp>

namespace isinglass {

/// The configuration as nested JSON objects with the keys of the YAML file.
[[nodiscard]] nlohmann::ordered_json config_json(const Config& config);

}  // namespace isinglass
