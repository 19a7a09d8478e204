#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace isinglass {

/// A phase of a training and how many steps it has at most.
struct PlannedPhase {
  std::string name;  ///< qcgd, polish, anneal or qat
  std::int64_t steps = 0;
};

/// The phases that config.method asks for, in the order they come. Throws InputError for a method that does not exist.
[[nodiscard]] std::vector<PlannedPhase> plan_of(const Config& config);

}  // namespace isinglass
