#pragma once

#include "config/config.hpp"
#include "network/architecture.hpp"

#include <cstdint>

namespace isinglass::train {

/// What a training keeps of `samples` training samples besides their inputs, bytes: less than it really takes, so that
/// a training that needs more than there is can be refused, and none that fits is.
[[nodiscard]] std::int64_t least_training_bytes(const config::Config& config, const network::Architecture& architecture,
                                                std::int64_t samples);

}  // namespace isinglass::train
