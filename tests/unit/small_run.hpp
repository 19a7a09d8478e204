#pragma once

#include "idx_files.hpp"
#include "namespaces.hpp"
#include "parallel/agreement.hpp"
#include "run/run_folder.hpp"
#include "run/training_run.hpp"

#include <filesystem>
#include <sstream>

namespace isinglass::testing {

/// A training of milliseconds in a folder of its own.
struct SmallRun {
  TemporaryFolder base;
  Config config;
  RunFolder folder{base / "run"};
  std::ostringstream screen;
  RunOptions options{.config_path = "small.yaml", .style = Screen::rows};

  SmallRun() {
    write_small_set(base.path());
    config.data.dataset = DataSource::idx;
    config.data.directory = base.path().string();
    config.data.classes = {"0", "1"};
    config.method = Method::anneal;
    config.network.hidden[0].units = 2;
    config.anneal.sweeps = 3;
    config.anneal.swap_neighbours = 0;
    config.checkpoint.every_iterations = 1;
    config.output.directory = folder.directory.string();
  }

  RunEnd run() { return run::run_training(config, options, screen, Communicator()); }

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
