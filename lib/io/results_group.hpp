#pragma once

#include "io/h5.hpp"
#include "io/run_results.hpp"

namespace isinglass {

/// The groups /results and /history: all numbers but the times.
void write_results_groups(const h5::Group& root, const RunResults& results);

/// The times, into the group /provenance: two equal runs differ in nothing else.
void write_times(const h5::Group& provenance, const RunResults& results);

/// What the two functions above wrote. Throws InputError or SystemError where anything is missing or does not fit.
[[nodiscard]] RunResults read_results_groups(const h5::Group& root);

}  // namespace isinglass
