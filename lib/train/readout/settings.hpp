#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"

#include <cstddef>
#include <cstdint>

namespace isinglass::train {

/// How the output layer on filters is annealed: what the configuration says, or what suits the number of features.
struct ReadoutSettings {
  double margin = 1;  ///< of the lead in the first stage, units of the rms of a random output layer's scores
  int sweeps = 6;     ///< of each stage
  double hot_temperature = 3e-6, cold_temperature = 1e-7;  ///< units of the loss of images whose lead is 0

  /// The margin grows slowly with the stages, besides with the rms of their scores: what fits almost every training
  /// image otherwise learns nothing any more.
  [[nodiscard]] double margin_of_stage(std::size_t stage) const;
};

/// Wide layers need larger margins, which keep them from fitting their training images too closely, and colder and
/// fewer sweeps; few training images need larger margins as well, whose number per class is `images_per_class`. The
/// values are those of docs/experiments.md, chosen on validation images of Fashion-MNIST.
[[nodiscard]] ReadoutSettings readout_settings(const config::Config& config, double images_per_class);

/// Sweeps of each stage, which do not depend on the number of images.
[[nodiscard]] int readout_sweeps(const config::Config& config);

/// Bytes of the features of one stage on this rank, the largest part of the memory that a run takes.
[[nodiscard]] std::int64_t feature_bytes(const config::Config& config, const data::DataSplits& data);

}  // namespace isinglass::train
