#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace isinglass::data {

/// Integer samples that one rank holds, in the global order of their split.
struct Samples {
  int features = 0;                    ///< inputs of a sample
  std::vector<std::int8_t> inputs;     ///< [sample][feature], centred grid values; empty where `pixels` are the inputs
  std::vector<std::uint8_t> pixels{};  ///< [sample][feature], 0 .. 255, of networks that begin with filters; else empty
  std::vector<std::uint8_t> labels;    ///< [sample], index into the chosen classes
  std::size_t first = 0;               ///< global index of the first sample held here
  std::size_t global_size = 0;         ///< samples of the split over all ranks of a group

  [[nodiscard]] std::size_t size() const { return labels.size(); }
  [[nodiscard]] std::span<const std::int8_t> row(std::size_t sample) const {
    return std::span(inputs).subspan(sample * static_cast<std::size_t>(features), static_cast<std::size_t>(features));
  }
  /// An image as it is in the file.
  [[nodiscard]] std::span<const std::uint8_t> image(std::size_t sample) const {
    return std::span(pixels).subspan(sample * static_cast<std::size_t>(features), static_cast<std::size_t>(features));
  }
};

/// A rank's part of the three splits, with what training alone determined about the inputs.
struct DataSplits {
  Samples train, validation, test;
  std::vector<std::string> class_names;  ///< in the order of the labels
  std::vector<int> center;    ///< [pixel], rounded training mean; subtracted from inputs on the grid, in grid units
  int rows = 0, columns = 0;  ///< of a pooled image: features = rows * columns
  std::vector<std::uint8_t> first_images;  ///< pixels of the first training images, the same on every rank: what
                                           ///< filters are drawn from; empty where inputs are on the grid
  double input_rms = 0;  ///< sqrt of the summed training variance: rms of z for random +-1 weights, grid units
};

/// The samples of [first, last) that one rank of a group holds.
struct ShardRange {
  std::size_t first = 0, last = 0;
};

/// Even contiguous split of `count` samples over `shards` ranks; every sample belongs to exactly one shard.
[[nodiscard]] constexpr ShardRange shard_range(std::size_t count, std::size_t shard, std::size_t shards) {
  return {count * shard / shards, count * (shard + 1) / shards};
}

}  // namespace isinglass::data
