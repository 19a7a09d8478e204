#pragma once

#include "config/config.hpp"
#include "namespaces.hpp"
#include "parallel/communicator.hpp"
#include "run/run_folder.hpp"
#include "run/training_run.hpp"
#include "unit/temporary_folder.hpp"

#include <sstream>
#include <string>

namespace isinglass::testing {

/// A training on an idx data set that lies, as its run folder does, in a folder of the test's own.
struct RunInFolder {
  TemporaryFolder base;
  Config config;
  RunFolder folder{base / "run"};
  std::ostringstream screen;
  RunOptions options;

  /// `config_path` is the name that the run reports.
  explicit RunInFolder(const std::string& config_path) {
    options.config_path = config_path;
    options.style = Screen::rows;
    config.data.dataset = DataSource::idx;
    config.data.directory = base.path().string();
    config.method = Method::anneal;
    config.checkpoint.every_iterations = 1;
    config.output.directory = folder.directory.string();
  }

  RunEnd run() { return run::run_training(config, options, screen, Communicator()); }
};

}  // namespace isinglass::testing
