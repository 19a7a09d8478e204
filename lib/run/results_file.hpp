#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "files/h5.hpp"
#include "network/architecture.hpp"
#include "train/results.hpp"

namespace isinglass::run {

/// A trained network with what is needed to feed it: the part of results.h5 that `evaluate` reads.
struct Model {
  std::string config_yaml;  ///< the resolved configuration of the run, its keys of the result
  network::Architecture architecture;
  network::NetworkBits bits;
  std::vector<std::string> class_names;  ///< by label
  std::vector<int> center;               ///< [feature], subtracted from the input grid values
  int rows = 0, columns = 0;
};

/// Facts about a run that do not determine its result: kept in one group, so that two runs can be compared without it.
using Provenance = std::vector<std::pair<std::string, std::string>>;

/// Writes results.h5 atomically (temporary file, verify, fsync, rename). Throws SystemError; the old file stays.
void write_results(const std::filesystem::path& path, const Model& model, const train::RunResults& results,
                   const Provenance& provenance);

/// Returns the results of a run folder, or the file itself.
[[nodiscard]] std::filesystem::path model_file(const std::filesystem::path& folder_or_file);
/// Throws InputError naming the file and what is wrong with it.
[[nodiscard]] Model read_model(const std::filesystem::path& path);
[[nodiscard]] train::RunResults read_results(const std::filesystem::path& path);

/// The group /history, a dataset per column, and its times in the group /provenance: two equal runs differ in nothing
/// else.
void write_history(const h5::Group& root, const h5::Group& provenance, const std::vector<train::HistoryRow>& history);
/// Reads what write_history wrote. Throws InputError or SystemError where anything is missing or does not fit.
[[nodiscard]] std::vector<train::HistoryRow> read_history(const h5::Group& root);

}  // namespace isinglass::run
