#pragma once

#include "files/h5.hpp"
#include "train/results.hpp"

#include <vector>

namespace isinglass {

/// The groups /results and /history: all numbers but the times.
void write_results_groups(const h5::Group& root, const RunResults& results);

/// The times, into the group /provenance: two equal runs differ in nothing else.
void write_times(const h5::Group& provenance, const RunResults& results);

/// The group /history: a dataset a column, without the times.
void write_history(const h5::Group& root, const std::vector<HistoryRow>& history);
void write_history_times(const h5::Group& provenance, const std::vector<HistoryRow>& history);
/// Both of them. Throws InputError or SystemError like the next.
[[nodiscard]] std::vector<HistoryRow> read_history(const h5::Group& root);

/// What write_results_groups and write_times wrote. Throws InputError or SystemError where anything is missing or does not fit.
[[nodiscard]] RunResults read_results_groups(const h5::Group& root);

}  // namespace isinglass
