#pragma once

#include "config/config.hpp"
#include "network/architecture.hpp"

namespace isinglass {

/// What the data says about the first layer.
struct InputScale {
  int features = 0;
  int classes = 2;
  double rms = 1;  ///< DataSplits::input_rms
};

/// The network of a configuration on its integer grids: bias units, thresholds and activation values. InputError
/// for names or sizes that do not exist (the configuration reader has checked them before).
[[nodiscard]] Architecture build_architecture(const NetworkConfig& config, const InputScale& input);

}  // namespace isinglass
