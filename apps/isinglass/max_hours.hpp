#pragma once

#include "parallel/communicator.hpp"

#include <string>

namespace isinglass {

/// Hours from the text of --max-hours: a number, "job" for what is left of the Slurm job less two minutes or, for short
/// jobs, a fifth; nothing: 0, no limit. The same on all ranks. AgreedError. Collective.
[[nodiscard]] double shared_max_hours(const std::string& text, const Communicator& world);

}  // namespace isinglass
