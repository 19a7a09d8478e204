#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"

#include <cstdint>

namespace isinglass::data {

/// A network reads an image in one of these forms.
enum class InputKind {
  grid,   ///< pooled, quantized to data.levels and centred
  pixels  ///< as it is in the file
};

/// Most images of DataSplits::first_images.
inline constexpr std::size_t most_first_images = 4096;

/// Splits, and what tells whether other ranks made theirs from the same files.
struct LoadedData {
  DataSplits splits;
  std::uint64_t fingerprint = 0;  ///< of all images and labels, whatever was chosen of them
};

/// Reads the data set, chooses classes and a seeded stratified subset, holds out validation samples, pools,
/// quantizes and centres with training statistics only, and keeps shard `shard` of `shards` of each split.
/// The samples are in a seeded random order that interleaves the classes, and do not depend on the sharding.
/// Pixels are neither pooled nor quantized nor centred. Throws InputError naming the file or key and the way out.
[[nodiscard]] LoadedData load_data(const config::DataConfig& config, std::uint64_t seed, int shard, int shards,
                                   InputKind kind = InputKind::grid);

/// Loads the splits without the fingerprint.
[[nodiscard]] DataSplits load_splits(const config::DataConfig& config, std::uint64_t seed, int shard, int shards,
                                     InputKind kind = InputKind::grid);

}  // namespace isinglass::data
