#pragma once

#include <optional>
#include <string_view>

namespace isinglass {

/// Seconds in "D-HH:MM:SS", "HH:MM:SS" or "MM:SS" as squeue prints them, 0 for INVALID, which is how it says that the
/// limit has passed; nothing for UNLIMITED, NOT_SET and anything else.
[[nodiscard]] std::optional<double> parse_slurm_time(std::string_view text);

/// Seconds until Slurm ends this job, from SLURM_JOB_END_TIME or else from squeue; nothing outside Slurm, for a job
/// without limit, and where neither answers. Starts a process: for one rank, and not in a loop.
[[nodiscard]] std::optional<double> slurm_seconds_left();

}  // namespace isinglass
