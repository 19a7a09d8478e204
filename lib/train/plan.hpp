#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <vector>

namespace isinglass::train {

/// A phase of a training and how many steps it has at most.
struct PlannedPhase {
  config::PhaseName name = config::PhaseName::qcgd;
  std::int64_t steps = 0;
};

/// The phases that config.method asks for, in the order they come.
[[nodiscard]] std::vector<PlannedPhase> plan_of(const config::Config& config);

}  // namespace isinglass::train
