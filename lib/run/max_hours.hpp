#pragma once

#include "parallel/communicator.hpp"

#include <functional>
#include <optional>
#include <string>

namespace isinglass::run {

/// The longest time that a limit may name, about eleven years: clocks count nanoseconds in 64 bits.
inline constexpr double longest_hours = 100'000, longest_seconds = 3600 * longest_hours;

/// Reads the hours of --max-hours: a number; "job" for what is left of the Slurm job, `seconds_left`, less two minutes
/// or, for short jobs, a fifth; nothing: 0, no limit. Throws InputError for anything else, and where there is no job.
[[nodiscard]] double parse_max_hours(const std::string& text,
                                     const std::function<std::optional<double>()>& seconds_left);

/// Returns the hours that rank 0 reads, on all ranks. AgreedError. Collective.
[[nodiscard]] double shared_max_hours(const std::string& text, const parallel::Communicator& world);

}  // namespace isinglass::run
