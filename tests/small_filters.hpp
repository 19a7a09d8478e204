#pragma once

#include "random_words.hpp"
#include "run_in_folder.hpp"
#include "unit/idx_files.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace isinglass::testing {

/// A training of filters in a fraction of a second: pictures of 12x12 pixels that are bright above, on the left, or in
/// the middle.
struct SmallFilters : RunInFolder {
  SmallFilters() : RunInFolder("filters.yaml") {
    write_pictures("train", 240);
    write_pictures("t10k", 60);
    LayerConfig& layer = config.network.hidden[0];
    layer.kind = LayerKind::filters;
    layer.units = 8;
    layer.filters.count = 6;
    layer.filters.stages = 2;
    layer.filters.copies = 1;
    layer.filters.cells = 3;
    config.network.output.bias = "8bit";
    config.readout.sweeps = 3;
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
};

}  // namespace isinglass::testing
