#pragma once

#include "idx_files.hpp"
#include "parallel/agreement.hpp"
#include "run_in_folder.hpp"

#include <filesystem>

namespace isinglass::testing {

/// A training of milliseconds.
struct SmallRun : RunInFolder {
  SmallRun() : RunInFolder("small.yaml") {
    write_small_set(base.path());
    config.data.classes = {"0", "1"};
    config.network.hidden[0].units = 2;
    config.anneal.sweeps = 3;
    config.anneal.swap_neighbours = 0;
  }

  /// Leaves the checkpoints of a run, but no results.
  void run_in_part() {
    static_cast<void>(run());
    std::filesystem::remove(folder.results());
  }

  /// The failure of a run; no text if there is none.
  [[nodiscard]] AgreedError failure() {
    const auto error = failure_of([&] { static_cast<void>(run()); });
    return error.value_or(AgreedError("", ExitCode::done));
  }
};

}  // namespace isinglass::testing
