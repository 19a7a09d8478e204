#pragma once

#include "config/read_keys.hpp"

#include <functional>
#include <string>

namespace isinglass::config {

/// Takes the full name of the key at fault and what is wrong with it.
using Complaint = std::function<void(const std::string& key, const std::string& message)>;

/// Complains of values that do not fit together, which no single value tells.
void check_consistency(const Config& config, ConfigUse use, const Complaint& complain);

}  // namespace isinglass::config
