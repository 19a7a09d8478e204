#pragma once

#include "config/config.hpp"
#include "namespaces.hpp"
#include "random_words.hpp"
#include "run/run_folder.hpp"
#include "run/training_run.hpp"
#include "unit/idx_files.hpp"

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace isinglass::testing {

/// A training of filters in a fraction of a second: pictures of 12x12 pixels that are bright above, on the left, or in
/// the middle.
struct SmallFilters {
  TemporaryFolder base;
  Config config;
  RunFolder folder{base / "run"};
  std::ostringstream screen;
  RunOptions options{.config_path = "filters.yaml", .style = Screen::rows};

  SmallFilters() {
    write_pictures("train", 240);
    write_pictures("t10k", 60);
    config.data.dataset = DataSource::idx;
    config.data.directory = base.path().string();
    config.method = Method::anneal;
    LayerConfig& layer = config.network.hidden[0];
    layer.kind = LayerKind::filters;
    layer.units = 8;
    layer.filters.count = 6;
    layer.filters.stages = 2;
    layer.filters.copies = 1;
    layer.filters.cells = 3;
    config.network.output.bias = "8bit";
    config.readout.sweeps = 3;
    config.checkpoint.every_iterations = 1;
    config.output.directory = folder.directory.string();
  }

  void write_pictures(const std::string& part, std::size_t count) {
    constexpr int side = 12;
    Words words(count);
    std::vector<std::uint8_t> pixels, labels;
    for (std::size_t i = 0; i < count; ++i) {
      const auto label = static_cast<std::uint8_t>(i % 3);
      labels.push_back(label);
      for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
          const bool is_bright = label == 0 ? y < 5 : label == 1 ? x < 5 : y > 3 && y < 8 && x > 3 && x < 8;
          pixels.push_back(static_cast<std::uint8_t>((is_bright ? 130 : 0) + words.between(0, 125)));
        }
    }
    write_gzip(base / (part + "-images-idx3-ubyte.gz"), idx_images(side, side, pixels));
    write_gzip(base / (part + "-labels-idx1-ubyte.gz"), idx_labels(labels));
  }

  RunEnd run() { return run::run_training(config, options, screen, Communicator()); }
};

}  // namespace isinglass::testing
