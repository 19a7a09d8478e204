#pragma once

#include "config/read_keys.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace isinglass::config {

/// Most hidden layers of a network: the written configuration must be one that can be read.
inline constexpr std::size_t most_hidden_layers = 100;

/// Takes the full name of the key at fault and what is wrong with it.
using Complaint = std::function<void(const std::string& key, const std::string& message)>;

/// Complains of values that do not fit together, which no single value tells.
void check_consistency(const Config& config, ConfigUse use, const Complaint& complain);

}  // namespace isinglass::config
