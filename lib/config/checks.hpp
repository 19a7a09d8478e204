#pragma once

#include "config/config.hpp"

#include <functional>
#include <string>

namespace isinglass {

/// Takes the full name of the key at fault and what is wrong with it.
using Complaint = std::function<void(const std::string& key, const std::string& message)>;

/// What no single value tells: values that do not fit together.
void check_consistency(const Config& config, const Complaint& complain);

}  // namespace isinglass
