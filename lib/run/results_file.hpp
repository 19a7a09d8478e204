#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "network/architecture.hpp"
#include "train/results.hpp"

namespace isinglass {

/// A trained network with what is needed to feed it: the part of results.h5 that `evaluate` reads.
struct Model {
  std::string config_yaml;  ///< the resolved configuration of the run
  Architecture architecture;
  NetworkBits bits;
  std::vector<std::string> class_names;  ///< by label
  std::vector<int> center;               ///< [feature], subtracted from the input grid values
  int rows = 0, columns = 0;
};

/// Facts about a run that do not determine its result: kept in one group, so that two runs can be compared without it.
using Provenance = std::vector<std::pair<std::string, std::string>>;

/// Writes results.h5 atomically (temporary file, verify, fsync, rename). Throws SystemError; the old file stays.
void write_results(const std::filesystem::path& path, const Model& model, const RunResults& results,
                   const Provenance& provenance);

/// Throws InputError naming the file and what is wrong with it.
[[nodiscard]] Model read_model(const std::filesystem::path& path);
[[nodiscard]] RunResults read_results(const std::filesystem::path& path);

}  // namespace isinglass
